import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';

class NotLoadedError extends Error {
  override name = 'NotLoadedError';
}

/** A screen whose code is loaded when it is opened. */
export function lazyScreen(load: () => Promise<ComponentType>): ComponentType {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (cause) {
      throw new NotLoadedError('The code of a screen could not be loaded', { cause });
    }
  });
}

interface State {
  readonly error: unknown;
}

/** The place of a screen. What fails in it does not take the navigation away, and says what can be done. */
export class Screen extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === null) return <Suspense fallback={<p className="splash" aria-busy />}>{this.props.children}</Suspense>;
    return (
      <div className="splash" role="alert">
        <h1>This screen cannot be shown</h1>
        <p>
          {error instanceof NotLoadedError
            ? 'It could not be loaded: the server may be away, or was updated.'
            : 'There is a fault in the desk. Drafts of replies, notes, tickets and changed texts are kept; other forms begin again.'}
        </p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
