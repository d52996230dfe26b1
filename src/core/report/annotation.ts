// One annotation: a line beside the run, plain text without Markdown. annotations.ts says which there are.

export type AnnotationLevel = "error" | "warning" | "notice";

/** A line that GitHub shows beside the run. */
export interface Annotation {
  readonly level: AnnotationLevel;
  readonly title: string;
  readonly message: string;
}

/** An annotation under our name. */
export function annotation(level: AnnotationLevel, title: string, message: string): Annotation {
  return { level, title: `Tidemark: ${title}`, message };
}
