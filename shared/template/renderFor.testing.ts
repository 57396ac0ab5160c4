import { renderText, type Text } from "./compileTemplate.ts";

/** What a text gives for an arrival, or a row. */
export const renderFor =
  (text: Text) =>
  (arrival: number): string =>
    renderText(text, { arrival, user: 0, variables: [] });
