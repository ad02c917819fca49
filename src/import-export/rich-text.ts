import { isObject, type JsonObject } from './json-value.js';

/** Nodes of Atlassian's document format that end a line. */
const BLOCKS = new Set([
  'paragraph',
  'heading',
  'listItem',
  'codeBlock',
  'blockquote',
  'tableRow',
  'taskItem',
  'decisionItem',
  'panel',
  'rule',
  'mediaSingle',
  'mediaGroup',
]);

/** Attributes in which a node without text says what it shows, best first. */
const SHOWN = ['text', 'shortName', 'url', 'alt', 'title', 'id'];

/**
 * The text of a rich text that is written as an object: the Atlassian Document Format of Jira's REST API, or anything of
 * `content` and `text` like it. Empty for other objects.
 */
export function plainText(value: unknown): string {
  return isDocument(value)
    ? textOf(value)
        .replaceAll(/[ \t]+\n/g, '\n')
        .replaceAll(/\n{3,}/g, '\n\n')
        .trim()
    : '';
}

function isDocument(value: unknown): value is JsonObject {
  return isObject(value) && Array.isArray(value['content']) && typeof value['type'] === 'string';
}

function textOf(node: JsonObject): string {
  const { type, text, content } = node;
  if (typeof text === 'string') return linked(node, text);
  if (type === 'hardBreak') return '\n';
  if (type === 'rule') return '---\n';
  if (!Array.isArray(content)) return shown(node, String(type));
  const children = content.filter(isObject);
  if (type === 'bulletList' || type === 'taskList' || type === 'decisionList') return lines(children, () => '- ');
  if (type === 'orderedList') return lines(children, (index) => `${index + 1}. `);
  const inner = children.map((child) => textOf(child)).join(type === 'tableRow' ? ' | ' : '');
  const block = type === 'tableCell' || type === 'tableHeader' ? inner.trim() : inner;
  if (type === 'codeBlock') return `\`\`\`\n${block}\n\`\`\`\n\n`;
  if (type === 'paragraph' || type === 'heading') return `${block}\n\n`;
  return typeof type === 'string' && BLOCKS.has(type) ? `${block}\n` : block;
}

/** A list's items, each behind its marker, what is nested in them indented. */
function lines(items: readonly JsonObject[], marker: (index: number) => string): string {
  const texts = items.map((item, index) => {
    const text = textOf(item)
      .trim()
      .replaceAll(/\n{2,}/g, '\n')
      .replaceAll('\n', '\n  ');
    return `${marker(index)}${text}\n`;
  });
  return `${texts.join('')}\n`;
}

function shown({ attrs }: JsonObject, type: string): string {
  const text = isObject(attrs) ? SHOWN.map((name) => attrs[name]).find((held) => typeof held === 'string') : undefined;
  const line = typeof text === 'string' ? text : '';
  return BLOCKS.has(type) ? `${line}\n` : line;
}

function linked({ marks }: JsonObject, text: string): string {
  const link: unknown = Array.isArray(marks)
    ? marks.find((mark) => isObject(mark) && mark['type'] === 'link')
    : undefined;
  const attrs = isObject(link) ? link['attrs'] : undefined;
  const href = isObject(attrs) ? attrs['href'] : undefined;
  return typeof href === 'string' && href !== text ? `${text} (${href})` : text;
}
