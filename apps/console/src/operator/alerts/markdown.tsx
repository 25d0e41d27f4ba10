/** Shows the part of Markdown that our runbooks use, as React elements. It makes no raw HTML. */
import type { ReactNode } from "react";
import { type Block, blocksOf } from "./markdown-blocks.ts";

/** Matches code, a link, or bold text. Everything else is plain text. */
const SPAN = /(`[^`]+`|\[[^\]]+\]\([^)]+\)|\*\*[^*]+\*\*)/;

function Inline({ text }: { readonly text: string }): ReactNode {
  return text.split(SPAN).map((part, at) => {
    const [, code] = /^`([^`]+)`$/.exec(part) ?? [];
    if (code !== undefined) {
      return (
        <code
          key={at}
          className="rounded bg-muted px-1 text-[0.85em] break-words"
        >
          {code}
        </code>
      );
    }
    const [, bold] = /^\*\*([^*]+)\*\*$/.exec(part) ?? [];
    if (bold !== undefined) {
      return (
        <strong key={at}>
          <Inline text={bold} />
        </strong>
      );
    }
    const [, label = "", to = ""] = /^\[([^\]]+)\]\(([^)]+)\)$/.exec(part) ??
      [];
    if (label === "") return part;
    // A link to a page of our docs is shown as plain text: the build does not know which site
    // serves the docs.
    return /^https:\/\//.test(to)
      ? (
        <a key={at} href={to} rel="noreferrer" className="underline">
          <Inline text={label} />
        </a>
      )
      : (
        <span key={at} title={to}>
          <Inline text={label} />
        </span>
      );
  });
}

/**
 * Long lines wrap, so that the whole command is visible. The wrapping adds no line breaks to a
 * copied command.
 */
const CODE = "rounded-md bg-muted p-3 text-xs break-words whitespace-pre-wrap";

function Shown({ block }: { readonly block: Block }): ReactNode {
  switch (block.kind) {
    case "heading":
      return (
        <h3 className="mt-2 font-semibold">
          <Inline text={block.text} />
        </h3>
      );
    case "text":
      return (
        <p>
          <Inline text={block.text} />
        </p>
      );
    case "code":
      return <pre className={CODE}><code>{block.text}</code></pre>;
    case "list": {
      const List = block.isNumbered ? "ol" : "ul";
      return (
        <List
          className={`grid gap-2 pl-5 ${block.isNumbered ? "list-decimal" : "list-disc"}`}
        >
          {block.items.map((item, at) => (
            <li key={at}>
              <Blocks blocks={item} />
            </li>
          ))}
        </List>
      );
    }
  }
}

function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  return (
    <div className="grid gap-3 *:min-w-0">
      {blocks.map((block, at) => <Shown key={at} block={block} />)}
    </div>
  );
}

/** Leaves out the text's own title, because the section around the text has a heading. */
export function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="text-sm leading-relaxed">
      <Blocks blocks={blocksOf(text.replace(/^# .*\n/, ""))} />
    </div>
  );
}
