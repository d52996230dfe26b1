// The job summary of a call that ended with an error: what it was, what to do, and the records that could not be
// committed (contract 4.6). Serves summary.ts.

import type { ActionResult, Rescue } from "./action-result.ts";
import { code, fenced, plain } from "./markdown.ts";
import { paragraph, type Section } from "./sections.ts";
import { counted } from "./words.ts";

type ErrorResult = Extract<ActionResult, { kind: "error" }>;

const titles: Readonly<Record<ErrorResult["exitCode"], string>> = {
  2: "configuration or inputs are wrong",
  3: "the ledger cannot be written",
  70: "a bug in Tidemark",
  130: "cancelled",
};

const explanations: Readonly<Record<ErrorResult["exitCode"], string>> = {
  2: "No window was claimed. Correct what is listed and start a new run.",
  3: "No window is lost: what is not in the ledger is read again once the ledger can be written.",
  70: "The ledger is as the last commit left it. Please report the lines below.",
  130: "The run was stopped by a signal. What it had not committed the next run recovers by itself.",
};

/** What happened, what to do, what was rescued. */
export function errorSections({ exitCode, messages, rescue }: ErrorResult): readonly Section[] {
  return [
    paragraph(`## Tidemark: ${titles[exitCode]}`, "", explanations[exitCode]),
    {
      head: exitCode === 2 ? ["### What to correct", ""] : [],
      rows: messages.map((message) => `- ${plain(message)}`),
      tail: [],
      noun: "message",
    },
    ...(rescue === undefined ? [] : rescueSections(rescue)),
  ];
}

function rescueSections({ shown, files }: Rescue): readonly Section[] {
  const rows = files.map(({ path, text }) =>
    text === undefined
      ? `- ${code(path)}, in the rescue folder only\n`
      : [`#### ${code(path)}`, "", ...fenced(text, "json"), ""].join("\n"),
  );
  return [
    {
      head: [
        `### ${counted(files.length, "file")} that could not be committed`,
        "",
        `They lie in ${plain(shown)} of the runner's temporary folder, which the output ${code("rescue-path")} names, under their own paths; a later step can keep it as an artifact, the disk of a hosted runner is gone after the job. Nothing has to be done with run records: the next run reads their windows again. An order has to be given again.`,
        "",
        "To spare the next run that, put **all** of them on the ledger branch in one commit before it starts. Never a record without the files that are named here without their text: it would call rows delivered that are nowhere.",
        "",
      ],
      rows,
      tail: [],
      noun: "file",
    },
  ];
}
