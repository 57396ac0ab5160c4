import { MASK } from "@onrush/shared/scenario/secrets.ts";
import {
  compileTemplate,
  renderText,
  type TemplateEnvironment,
  type Text,
} from "@onrush/shared/template/compileTemplate.ts";
import type { Subject } from "@onrush/shared/template/render.ts";
import { encodeForForm, encodeForUrl } from "@onrush/shared/template/encodings.ts";
import { parseTemplate } from "@onrush/shared/template/parseTemplate.ts";

const written: readonly ((value: string) => string)[] = [
  (value) => value,
  (value) => JSON.stringify(value).slice(1, -1),
  encodeForUrl,
  encodeForForm,
  encodeURIComponent,
  (value) => Buffer.from(value).toString("base64"),
];

/** The secrets of an iteration, as far as they are known yet, in every form they may be written in. */
export class SecretValues {
  readonly #templates: Text[] = [];
  readonly #added = new Set<string>();
  /** All that was added, in every form. */
  readonly #values = new Set<string>();
  /** The longest first: one may be a part of another. */
  #sorted: string[] = [];

  /** `texts` as scenarios have them, with templates. */
  constructor(texts: readonly string[], environment: TemplateEnvironment) {
    for (const text of texts) this.#addText(text, environment);
  }

  #addText(text: string, environment: TemplateEnvironment): void {
    const parsed = parseTemplate(text);
    if (!parsed.ok || parsed.segments.every((segment) => typeof segment === "string")) {
      return this.add(text);
    }
    try {
      this.#templates.push(compileTemplate(parsed.segments, environment));
    } catch {
      // Of another workload, whose data this one does not have: it is not rendered here.
      this.add(text);
    }
  }

  /** Adds what templates give now. */
  render(subject: Subject): void {
    for (const template of this.#templates) this.add(renderText(template, subject));
  }

  add(value: string): void {
    if (value.trim() === "" || this.#values.has(value) || value === MASK) return;
    this.#added.add(value);
    for (const write of written) this.#values.add(write(value));
    this.#sorted = [...this.#values].sort((a, b) => b.length - a.length);
  }

  /** All that are known, as they were added. */
  get values(): string[] {
    return [...this.#added];
  }

  mask(text: string): string {
    return this.#sorted.reduce((masked, value) => masked.replaceAll(value, MASK), text);
  }
}
