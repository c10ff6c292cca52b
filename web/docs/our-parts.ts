/** Where swagger-ui's own parts are not what our pages promise, ours take their place. */
import type { Component, Plugin, Props, System } from "swagger-ui-dist/swagger-ui-es-bundle.js";

/** Descriptions use `code` and nothing else of Markdown: what stands at odd places is code. */
export const partsOf = (source: string): readonly string[] => source.split("`");

/** As text. swagger-ui would make markup of it, which our pages do nowhere: Trusted Types would stop it. */
const PlainText =
  (_: Component, { React }: System): Component =>
  ({ source }) => {
    if (typeof source !== "string" || source === "") return null;
    const parts = partsOf(source).map((part, index) =>
      index % 2 === 1 ? React.createElement("code", { key: index }, part) : part,
    );
    return React.createElement("div", { className: "markdown" }, React.createElement("p", null, ...parts));
  };

/** swagger-ui puts a link into the button that opens an operation, where no keyboard and no screen reader expects one. */
const PathInButton =
  (_: Component, { React }: System): Component =>
  ({ text }) =>
    React.createElement("span", { className: "nostyle" }, text);

/** The field of a body has no name of its own. */
const NamedField =
  (original: Component, { React }: System): Component =>
  (props: Props) =>
    React.createElement(original, { "aria-label": "Request body", ...props });

export const ourParts: Plugin = {
  wrapComponents: { Markdown: PlainText, DeepLink: PathInButton, TextArea: NamedField },
};
