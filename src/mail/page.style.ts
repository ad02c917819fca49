import { html } from './templates/html.js';

/** How the pages about mail look: light or dark, from a telephone to a wide screen, without a script. */
export const pageStyle = html`<style>
  :root {
    color-scheme: light dark;
    --ink: light-dark(#1c1f26, #eceef2);
    --soft: light-dark(#5b6270, #a3a9b6);
    --line: light-dark(#e0e3e9, #363a44);
    --card: light-dark(#ffffff, #22252c);
    --pointed: light-dark(#f6f8fc, #292d35);
    --page: light-dark(#f3f4f7, #16181d);
    --link: light-dark(#2b5fd9, #8fb1ff);
  }
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0 auto;
    max-width: 60rem;
    padding: 2rem 1rem 4rem;
    font:
      1rem/1.5 system-ui,
      sans-serif;
    background: var(--page);
    color: var(--ink);
  }
  h1 {
    font-size: 1.4rem;
    line-height: 1.3;
    margin: 0 0 1rem;
    overflow-wrap: anywhere;
  }
  h2 {
    font-size: 0.95rem;
    margin: 2rem 0 0.6rem;
  }
  a {
    color: var(--link);
  }
  .soft {
    color: var(--soft);
  }
  button {
    padding: 0.6rem 1.2rem;
    border: 0;
    border-radius: 0.4rem;
    background: #2b5fd9;
    color: #ffffff;
    font: inherit;
    font-weight: 600;
    cursor: pointer;
  }
  button:focus-visible {
    outline: 3px solid var(--link);
    outline-offset: 2px;
  }
  .card {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 0.6rem;
    overflow: hidden;
  }
  ol {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  li + li {
    border-top: 1px solid var(--line);
  }
  li a {
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 0.1rem 1rem;
    padding: 0.75rem 1rem;
    color: inherit;
    text-decoration: none;
  }
  li a:hover,
  li a:focus-visible {
    background: var(--pointed);
  }
  li strong {
    overflow-wrap: anywhere;
    font-weight: 600;
  }
  li .to {
    grid-column: 1 / -1;
    font-size: 0.9rem;
    overflow-wrap: anywhere;
  }
  time {
    font-size: 0.9rem;
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  dl {
    display: grid;
    grid-template-columns: auto 1fr;
    gap: 0.3rem 1.2rem;
    margin: 0;
    padding: 1rem;
    font-size: 0.9rem;
  }
  dt {
    color: var(--soft);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
  }
  iframe {
    display: block;
    width: 100%;
    height: 42rem;
    border: 0;
    resize: vertical;
  }
  pre {
    margin: 0;
    padding: 1rem;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    font:
      0.85rem/1.5 ui-monospace,
      monospace;
  }
  .empty {
    padding: 2.5rem 1.5rem;
    text-align: center;
  }
  @media (max-width: 34rem) {
    li a {
      grid-template-columns: 1fr;
    }
    dl {
      grid-template-columns: 1fr;
      gap: 0;
    }
    dd {
      margin-bottom: 0.5rem;
    }
  }
</style>`;
