// The one open issue of an ailing sync (contract 6, `alerts.issue`): opened, refreshed, closed by itself.

/** What one sync has to say. */
export interface SyncAlert {
  readonly syncId: string;
  readonly title: string;
  /** Markdown; undefined when the sync is well, so that an open issue is closed. */
  readonly body: string | undefined;
}

export interface Alerts {
  /** Brings the issues of these syncs up to date. Never throws; what went wrong comes back as sentences. */
  update(alerts: readonly SyncAlert[]): Promise<readonly string[]>;
}
