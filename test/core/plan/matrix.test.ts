import { expect, test } from "vitest";

import { matrixJson, matrixOf } from "../../../src/core/plan/matrix.ts";

const syncs = [
  { id: "contacts", name: "contacts", source: "crm" },
  { id: "tickets", name: "tickets", source: "desk" },
  { id: "old-deals", name: "deals", source: "crm" },
  { id: "notes", name: "notes", source: "wiki" },
];

test("one leg per source with due windows, its syncs by name in the order of the configuration", () => {
  const windows = ["old-deals", "tickets", "contacts", "contacts"].map((syncId) => ({ syncId }));
  expect(matrixOf(windows, syncs)).toEqual({
    legs: [
      { source: "crm", sync: "contacts,deals" },
      { source: "desk", sync: "tickets" },
    ],
    omitted: 0,
  });
});

test("windows of a sync that the plan was not asked for make no leg", () => {
  const windows = [{ syncId: "contacts" }, { syncId: "tickets" }];
  const asked = syncs.filter(({ name }) => name === "tickets");
  expect(matrixOf(windows, asked).legs).toEqual([{ source: "desk", sync: "tickets" }]);
});

test("nothing due is an empty matrix", () => {
  expect(matrixJson(matrixOf([], syncs))).toBe('{"include":[]}');
});

test("the value is what strategy.matrix takes", () => {
  expect(matrixJson(matrixOf([{ syncId: "notes" }], syncs))).toBe(
    '{"include":[{"source":"wiki","sync":"notes"}]}',
  );
});

test("more sources than a matrix may have are counted (G29)", () => {
  const many = Array.from({ length: 258 }, (_, nth) => ({
    id: `s${nth}`,
    name: `s${nth}`,
    source: `source-${nth}`,
  }));
  const matrix = matrixOf(
    many.map(({ id }) => ({ syncId: id })),
    many,
  );
  expect(matrix.legs.length).toBe(256);
  expect(matrix.omitted).toBe(2);
});
