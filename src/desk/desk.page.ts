/** What the server tells the desk before it asks for anything. */
export interface DeskSettings {
  /** SIGN_UP is not off: there is a form for a new account. */
  readonly signUp: boolean;
  /** The people to sign in as with one click, and their password; only with DEMO_DATA. */
  readonly demo: DemoPeople | null;
}

export interface DemoPeople {
  readonly password: string;
  readonly people: readonly DemoPerson[];
}

interface DemoPerson {
  readonly username: string;
  readonly name: string;
  readonly role: string;
}

const BASE = '<base href="/" />';
const SETTINGS = /(<script type="application\/json" id="docket-settings">)[^<]*/;

/**
 * The built page with the path that it is served below, and the settings.
 * @param publicPath the path of PUBLIC_URL, `/` or `/support/`: addresses in the page are relative to it
 */
export function deskPage(built: string, publicPath: string, settings: DeskSettings): string {
  if (!built.includes(BASE) || !SETTINGS.test(built)) throw new Error('The built desk has no place for its settings');
  // No text of it can end the element.
  const json = JSON.stringify(settings).replaceAll('<', String.raw`\u003c`);
  return built
    .replace(BASE, () => `<base href="${publicPath.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}" />`)
    .replace(SETTINGS, (_all, tag: string) => `${tag}${json}`);
}
