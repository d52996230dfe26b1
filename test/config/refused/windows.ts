// Refused configurations. Time: cadence, precision, zones, retention (S32, S33, S43, S45).

import type { RefusedCase } from "./refused-case.ts";

export const windowsCases: readonly RefusedCase[] = [
  {
    title: "a run that cannot keep up",
    edits: [
      ["step: 1d", "step: 1h"],
      ["destination: local", "destination: local\n    run: {every: 1d, max_windows: 24}"],
    ],
    problems: [
      "tidemark.yml:23 syncs.contacts.run.max_windows: expected more than 24, the windows of 1h that can fall due in 1d, found 24; set at least 25, or lengthen step",
    ],
  },
  {
    title: "a monthly run that cannot keep up in a long month",
    edits: [["destination: local", "destination: local\n    run: {every: 1mo, max_windows: 31}"]],
    problems: [
      "tidemark.yml:23 syncs.contacts.run.max_windows: expected more than 31, the windows of 1d that can fall due in 1mo, found 31; set at least 32, or lengthen step",
    ],
  },
  {
    title: "a monthly step beside a monthly run",
    edits: [
      ["step: 1d", "step: 1mo"],
      ["destination: local", "destination: local\n    run: {every: 1mo, max_windows: 2}"],
    ],
    problems: [
      "tidemark.yml:23 syncs.contacts.run.max_windows: expected more than 2, the windows of 1mo that can fall due in 1mo, found 2; set at least 3, or lengthen step",
    ],
  },
  {
    title: "a step that is far too short",
    edits: [["step: 1d", "step: 1s"]],
    problems: [
      "tidemark.yml:21 syncs.contacts.window.step: expected fewer than 10000 windows in 1d, found 86400; lengthen step or shorten run.every",
    ],
  },
  {
    title: "a start that is finer than the precision",
    edits: [
      ["precision: 1ms", "precision: 1m"],
      ["start: 2026-01-01", "start: 2026-01-01T00:00:30Z"],
    ],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.start: expected a whole multiple of the precision 1m, found "2026-01-01T00:00:30Z"; round it',
    ],
  },
  {
    title: "a start that is no midnight",
    edits: [
      ["precision: 1ms", "precision: 1d"],
      ["start: 2026-01-01", "start: 2026-01-01T06:00:00Z, delay: 1d"],
    ],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.start: expected midnight in window.timezone, as precision 1d requires, found "2026-01-01T06:00:00Z"; write a date',
    ],
  },
  {
    title: "a step that is finer than the precision",
    edits: [
      ["precision: 1ms", "precision: 1m"],
      ["step: 1d", "step: 90s"],
      ["destination: local", "destination: local\n    run: {every: 1h}"],
    ],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.step: expected a whole multiple of the precision 1m, found "90s"; round it',
    ],
  },
  {
    title: "a step of hours with dates",
    edits: [
      ["precision: 1ms", "precision: 1d"],
      ["step: 1d", "step: 24h, delay: 1d"],
    ],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.step: expected whole days or months, as precision 1d requires, found "24h"; write for example 1d',
    ],
  },
  {
    title: "a grid in another zone than its dates",
    edits: [
      ["format: rfc3339, precision: 1ms", "format: date, precision: 1d, timezone: Europe/Berlin"],
      ["step: 1d", "step: 1d, delay: 1d"],
    ],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.timezone: expected Europe/Berlin, the zone of the watermark, as precision 1d requires, found "UTC"; set both to one zone',
    ],
  },
  {
    title: "a delay below the precision",
    edits: [
      ["precision: 1ms", "precision: 1m"],
      ["step: 1d", "step: 1d, delay: 0s"],
    ],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.delay: expected at least the precision 1m, found "0s"; raise delay',
    ],
  },
  {
    title: "dates that claim to be exact",
    edits: [["format: rfc3339", "format: date, timezone: UTC"]],
    problems: [
      'tidemark.yml:18 syncs.contacts.watermark.precision: expected 1d, as format date requires, found "1ms"; write precision: 1d',
    ],
  },
  {
    title: "dates without a zone",
    edits: [
      ["format: rfc3339, precision: 1ms", "format: date, precision: 1d"],
      ["step: 1d", "step: 1d, delay: 1d"],
    ],
    problems: [
      "tidemark.yml:18 syncs.contacts.watermark.timezone: expected a zone, since date has no offset, found nothing; add the zone that the API means",
    ],
  },
  {
    title: "a pattern without offset and zone",
    edits: [["format: rfc3339", 'format: "YYYY-MM-DD HH:mm:ss.SSS"']],
    problems: [
      "tidemark.yml:18 syncs.contacts.watermark.timezone: expected a zone, since this pattern has no offset, found nothing; add the zone that the API means",
    ],
  },
  {
    title: "a retention shorter than a window",
    edits: [["step: 1d", "step: 7d, retention: 7d"]],
    problems: [
      'tidemark.yml:21 syncs.contacts.window.retention: expected at least step and delay together, found "168h"; shorten step',
    ],
  },
];
