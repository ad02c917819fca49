import { type ExplorerAsset, type ExplorerAssets } from './explorer.assets.js';

/** Where the page's files are served. */
export const ASSETS_PATH = '/graphql/assets';

/** The page that a browser gets at /graphql; everything it needs comes from this server. */
export function explorerPage({ style, scripts }: ExplorerAssets): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>Docket</title>
<link rel="icon" href="data:," />
<link rel="stylesheet" href="${pathOf(style)}" />
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; font-family: system-ui, sans-serif; }
  #explorer { height: 100dvh; }
  #explorer > p { margin: 0; padding: 2rem; }
  @media (max-width: 45rem) {
    #explorer #graphiql-session { flex-direction: column; }
    #explorer .graphiql-horizontal-drag-bar { display: none; }
  }
</style>
</head>
<body>
<div id="explorer"><p>The explorer is loading. It needs JavaScript; programs POST their queries to this address.</p></div>
${scripts.map((asset) => `<script src="${pathOf(asset)}"></script>`).join('\n')}
</body>
</html>
`;
}

/** From the page at /graphql: a proxy may take away a path before it. */
function pathOf(asset: ExplorerAsset): string {
  return `${ASSETS_PATH.slice(1)}/${asset.name}`;
}
