import { Component, type ReactNode, Suspense } from 'react';

interface State {
  readonly failed: boolean;
}

/** A screen whose code is loaded when it is opened: it may fail to, when the server is away or was updated meanwhile. */
export class LoadedScreen extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { failed: false };

  static getDerivedStateFromError(): State {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed)
      return <Suspense fallback={<p className="splash" aria-busy />}>{this.props.children}</Suspense>;
    return (
      <div className="splash" role="alert">
        <p>This screen could not be loaded. The server may be away, or was updated.</p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Load the page again
        </button>
      </div>
    );
  }
}
