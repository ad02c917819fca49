/** What shows for the moment before the desk does. */
export function Splash({ offline }: { offline: boolean }) {
  return (
    <main className="splash" aria-busy={!offline}>
      <h1 className="visually-hidden">Docket</h1>
      {offline && <p role="status">The server cannot be reached. The desk goes on as soon as it answers.</p>}
    </main>
  );
}
