import { type ComponentType, useEffect, useState } from 'react';
import { reportUnreachable, useConnection } from './connection.js';

type Loaded = { readonly Page: ComponentType } | 'failed' | null;

/** A screen whose script is loaded when it is opened, so that the first screen does not wait for it. */
export function lazyPage(load: () => Promise<ComponentType>): ComponentType {
  let known: ComponentType | null = null;
  return function LazyPage() {
    const [loaded, setLoaded] = useState<Loaded>(known && { Page: known });
    useEffect(() => {
      if (known) return;
      load().then(
        (Page) => {
          known = Page;
          setLoaded({ Page });
        },
        () => {
          reportUnreachable();
          setLoaded('failed');
        },
      );
    }, []);
    if (loaded === null) return <div aria-busy="true" />;
    return loaded === 'failed' ? <NotLoaded /> : <loaded.Page />;
  };
}

/** The server is away, or has a newer desk since, whose files have other names. */
function NotLoaded() {
  const offline = useConnection() === 'offline';
  return (
    <div className="screen-empty" role="alert">
      <h1>This screen could not be loaded</h1>
      <p>
        {/* A browser remembers that a script failed to load: only a new page asks again. */}
        <button type="button" className="button" disabled={offline} onClick={() => location.reload()}>
          Load the page again
        </button>
      </p>
    </div>
  );
}
