// What a caller did that GitHub would refuse, or that the design forbids, and what the fake itself got wrong. A test
// that leaves one behind fails when the fake is closed.

export class Referee {
  readonly violations: string[] = [];

  violation(sentence: string): void {
    this.violations.push(sentence);
  }

  /** Throws one error that lists every violation. */
  verdict(): void {
    if (this.violations.length === 0) return;
    const list = this.violations.map((violation) => `- ${violation}`).join("\n");
    throw new Error(`the fake GitHub saw ${this.violations.length} violation(s)\n${list}`);
  }
}
