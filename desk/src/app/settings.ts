/** What the server wrote into the page. The types are those of src/desk/desk.page.ts. */
export interface Settings {
  readonly signUp: boolean;
  readonly demo: { readonly password: string; readonly people: readonly DemoPerson[] } | null;
}

export interface DemoPerson {
  readonly username: string;
  readonly name: string;
  readonly role: string;
}

/** Vite's own page has no settings: sign-up is offered there. */
const DEFAULTS: Settings = { signUp: true, demo: null };

export const settings: Settings = {
  ...DEFAULTS,
  ...JSON.parse(document.getElementById('docket-settings')?.textContent ?? '{}'),
};

/** The path that the desk is served below, without a slash at its end. */
export const basePath = new URL(document.baseURI).pathname.replace(/\/$/, '');
export const apiUrl = new URL('graphql', document.baseURI).href;
