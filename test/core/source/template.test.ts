import { describe, expect, it } from "vitest";

import { placeholdersIn, splitTemplate } from "../../../src/core/source/template.ts";

describe("template", () => {
  it("names the placeholders of a text in order", () => {
    expect(placeholdersIn("a {{window.start}} b {{vars.team-1}}{{keyset.key}}")).toEqual({
      ok: true,
      names: ["window.start", "vars.team-1", "keyset.key"],
    });
  });

  it("takes }} alone as text (S17)", () => {
    expect(placeholdersIn("{ orders { id } }} {{page.size}} }}")).toEqual({
      ok: true,
      names: ["page.size"],
    });
  });

  it("refuses an unclosed {{ (S17)", () => {
    expect(placeholdersIn("a {{window.start")).toEqual({
      ok: false,
      problem: "expected `}}` after `{{`, found none",
    });
  });

  it.each(["window.begin", " window.start ", "", "vars.", "vars.a b", "__proto__"])(
    "refuses the unknown placeholder {{%s}} (S17)",
    (name) => {
      expect(placeholdersIn(`x{{${name}}}`)).toMatchObject({ ok: false });
    },
  );

  it("splits text around placeholders and leaves out what is empty", () => {
    expect(splitTemplate("{{page.token}}, {{page.size}}!")).toEqual([
      { kind: "placeholder", name: "page.token" },
      { kind: "text", text: ", " },
      { kind: "placeholder", name: "page.size" },
      { kind: "text", text: "!" },
    ]);
  });
});
