// The words of the command line (contract 7) and what they mean; parsing only, nothing is run.

import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";

import { ConfigError } from "../core/failure/errors.ts";
import { reprocessKinds } from "../core/plan/order-record.ts";
import { parseDuration, approximateMicros } from "../core/time/duration.ts";
import { failOnKinds } from "./exit-code.ts";
import { version } from "./version.ts";

/** Options that all commands take. */
export interface CommonOptions {
  readonly config: string;
  readonly ledger: string | undefined;
  readonly ledgerBranch: string | undefined;
  readonly push: boolean;
  readonly json: boolean;
  readonly dryRun: boolean;
}

/** What was asked for: a command's name, its arguments, and its own options by camel-case name. */
export interface CliCall {
  readonly command: string;
  readonly args: readonly string[];
  readonly common: CommonOptions;
  readonly options: Readonly<Record<string, unknown>>;
}

/** What parsing came to: a call, or text to print and the code to exit with. */
export type ParsedArgs =
  | { readonly kind: "call"; readonly call: CliCall }
  | { readonly kind: "text"; readonly text: string };

/** Parses arguments after the program's name; ConfigError for everything that cannot be meant. */
export function parseArgs(argv: readonly string[]): ParsedArgs {
  let call: CliCall | undefined;
  let text = "";
  const program = buildProgram((made) => {
    call = made;
  });
  if (argv.length === 0) return { kind: "text", text: program.helpInformation() };
  const capture = (out: string): void => {
    text += out;
  };
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeOut: capture, writeErr: capture });
  try {
    program.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: "text", text };
    const said = text.trim().replace(/^error: /, "") || "expected a command";
    throw new ConfigError([`${said}; see tidemark --help`], { cause: error });
  }
  return call === undefined ? { kind: "text", text } : { kind: "call", call };
}

function buildProgram(onCall: (call: CliCall) => void): Command {
  const program = new Command("tidemark")
    .description("Copies records from HTTP APIs in bounded time windows, with the ledger in git.")
    .version(version)
    .showHelpAfterError(false);
  const add = (command: Command): void => {
    addCommon(command).action(() => {
      onCall(callOf(command));
    });
    program.addCommand(command);
  };
  for (const command of [...runCommands(), ...viewCommands(), ...otherCommands()]) add(command);
  return program;
}

function runCommands(): readonly Command[] {
  const runs = (command: Command): Command =>
    command
      .addOption(wholeNumber("--max-windows <n>", "at most this many windows of each sync"))
      .addOption(duration("--time-budget <duration>", "of the whole run, such as 20m"))
      .addOption(failOn());
  return [
    runs(new Command("run").description("serve what is due").addArgument(syncNames())),
    new Command("plan")
      .description("list the windows that a run would claim")
      .addArgument(syncNames())
      .addOption(wholeNumber("--max-windows <n>", "at most this many windows of each sync")),
    runs(
      new Command("backfill")
        .description("order a past range, then run")
        .addArgument(syncNames())
        .requiredOption("--from <when>", "first instant, or a date in the sync's time zone")
        .requiredOption("--to <when>", "instant or date at which it ends, not included")
        .addOption(
          new Option("--reprocess <kind>", "which windows of the range")
            .choices([...reprocessKinds])
            .default("missing"),
        )
        .addOption(
          new Option("--direction <end>", "where to begin")
            .choices(["oldest", "newest"])
            .default("oldest"),
        )
        .option("--reason <text>", "why, kept in the order")
        .option("--yes", "agree to more than 1,000 windows", false),
    ),
    runs(
      new Command("rerun")
        .description("run windows again that have an outcome")
        .argument("[run-id...]", "run ids")
        .option("--parked", "all parked windows", false),
    ),
  ];
}

function viewCommands(): readonly Command[] {
  return [
    new Command("status").description("what is covered, open, failed").addArgument(syncNames()),
    new Command("log")
      .description("the life of windows from git history")
      .argument("[name...]", "run ids or names of syncs")
      .addOption(wholeNumber("--limit <n>", "at most this many commits").default(50)),
    new Command("verify")
      .description("audit the ledger against its laws")
      .addArgument(syncNames())
      .option("--base <ref>", "also what changed since this commit, branch or tag"),
  ];
}

function otherCommands(): readonly Command[] {
  return [
    new Command("waive")
      .description("give failed windows up")
      .argument("<run-id...>", "run ids")
      .requiredOption("--reason <text>", "why"),
    new Command("compact").description("fold old record files into monthly ones"),
    new Command("demo").description("a fortnight of nightly syncs on this machine, in a minute"),
    new Command("schema").description("print the JSON Schema of the configuration"),
    ...["init", "report", "check"].map((name) =>
      new Command(name).description("not supported yet").argument("[anything...]"),
    ),
  ];
}

function addCommon(command: Command): Command {
  return command
    .option("--config <file>", "the configuration", ".github/tidemark.yml")
    .option("--ledger <folder>", "folder of the ledger, instead of the configured one")
    .option("--ledger-branch <branch>", "branch of the ledger, instead of the configured one")
    .option("--no-push", "keep commits local; needs a ledger branch without upstream")
    .option("--json", "print one JSON document", false)
    .option("--dry-run", "plan and print, touch nothing", false);
}

function callOf(command: Command): CliCall {
  const { config, ledger, ledgerBranch, push, json, dryRun, ...options } = command.opts<
    CommonOptions & Record<string, unknown>
  >();
  return {
    command: command.name(),
    args: command.processedArgs.flat().filter((arg): arg is string => typeof arg === "string"),
    common: { config, ledger, ledgerBranch, push, json, dryRun },
    options,
  };
}

function syncNames(): Argument {
  return new Argument("[sync...]", "names of syncs; none means all");
}

function failOn(): Option {
  return new Option("--fail-on <what>", "what makes the exit code 1")
    .choices([...failOnKinds])
    .default("failed");
}

function wholeNumber(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    if (!/^[1-9]\d{0,4}$/.test(text))
      throw new InvalidArgumentError("expected a whole number from 1");
    return Number(text);
  });
}

// Milliseconds.
function duration(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const parsed = parseDuration(text);
    if (parsed === undefined || approximateMicros(parsed) <= 0)
      throw new InvalidArgumentError("expected a duration such as 20m");
    return approximateMicros(parsed) / 1000;
  });
}
