// Who may do what: the token, its permissions, and what guards a branch (sections 7 and 10 of the platform page).

import { Refusal } from "./refusal.ts";

export type Permission = "none" | "read" | "write";

export interface Permissions {
  contents: Permission;
  issues: Permission;
  pullRequests: Permission;
  actions: Permission;
}

/** `ruleset` wants a pull request; API commits meet `signatures`; `classic` is the older protection. */
export type Protection = "ruleset" | "status-checks" | "signatures" | "classic";

export class Access {
  readonly token: string = "ghs_theGoodTokenOfTheFake0123456789abcdef";
  isExpired = false;
  permissions: Permissions = {
    contents: "write",
    issues: "write",
    pullRequests: "write",
    actions: "read",
  };
  /** The setting that keeps Actions from opening pull requests. */
  forbidsPullRequests = false;
  /** Refuses every move of a branch that changes workflow files, wherever they come from. */
  guardsWorkflows = false;
  readonly #protections = new Map<string, Protection[]>();

  protect(branch: string, protection: Protection): void {
    this.#protections.set(branch, [...this.protectionsOf(branch), protection]);
  }

  unprotect(branch: string): void {
    this.#protections.delete(branch);
  }

  protectionsOf(branch: string): readonly Protection[] {
    return this.#protections.get(branch) ?? [];
  }

  accepts(authorization: string | undefined): boolean {
    return (
      !this.isExpired && /^(?:token|bearer) (.*)$/iu.exec(authorization ?? "")?.[1] === this.token
    );
  }

  need(what: keyof Permissions, level: "read" | "write"): void {
    const has = this.permissions[what];
    if (has === "write" || has === level) return;
    throw new Refusal("Resource not accessible by integration", { status: 403, type: "FORBIDDEN" });
  }

  /** Throws when a rule forbids that this branch is moved by the token. */
  checkMove(branch: string, isSigned: boolean): void {
    for (const protection of this.protectionsOf(branch)) {
      const message = refusalOf(protection, isSigned);
      if (message === undefined) continue;
      const type = protection === "classic" ? "BRANCH_PROTECTION_RULE_VIOLATION" : "FORBIDDEN";
      throw new Refusal(message, { status: 422, type });
    }
  }

  /** What `rules/branches` lists: rules of rulesets; it does not know of classic protection. */
  rulesOf(branch: string, repository: string): readonly Readonly<Record<string, unknown>>[] {
    return this.protectionsOf(branch).flatMap((protection, index) => {
      const rule = ruleOf(protection);
      const ruleset = {
        ruleset_source_type: "Repository",
        ruleset_source: repository,
        ruleset_id: index + 1,
      };
      return rule === undefined ? [] : [{ ...rule, ...ruleset }];
    });
  }
}

function refusalOf(protection: Protection, isSigned: boolean): string | undefined {
  const violations = (reason: string) => `Repository rule violations found\n\n${reason}\n\n`;
  switch (protection) {
    case "ruleset":
      return violations("Changes must be made through a pull request.");
    case "status-checks":
      return violations('Required status check "ci" is expected.');
    case "signatures":
      return isSigned ? undefined : violations("Commits must have verified signatures.");
    case "classic":
      return "Changes must be made through a pull request.";
  }
}

function ruleOf(protection: Protection): Readonly<Record<string, unknown>> | undefined {
  switch (protection) {
    case "ruleset":
      return {
        type: "pull_request",
        parameters: {
          dismiss_stale_reviews_on_push: false,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 1,
          required_review_thread_resolution: false,
        },
      };
    case "status-checks":
      return {
        type: "required_status_checks",
        parameters: {
          required_status_checks: [{ context: "ci" }],
          strict_required_status_checks_policy: false,
        },
      };
    case "signatures":
      return { type: "required_signatures" };
    case "classic":
      return undefined;
  }
}
