/** What a browser adds to fetch: cookies, and the origin of the page. */
export interface Browser {
  readonly fetch: typeof fetch;
  /** The operations that were sent, by name. */
  readonly sent: string[];
  /** While it is true nothing gets through. */
  offline: boolean;
}

export function openBrowser(origin: string): Browser {
  const cookies = new Map<string, string>();
  const browser: Browser = {
    sent: [],
    offline: false,
    fetch: async (input, init) => {
      if (browser.offline) throw new TypeError('fetch failed');
      const body = typeof init?.body === 'string' ? init.body : '';
      browser.sent.push(/(?:query|mutation) (\w+)/.exec(body)?.[1] ?? '');
      const headers = new Headers(init?.headers);
      headers.set('origin', origin);
      if (cookies.size > 0) headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
      const response = await fetch(input, { ...init, headers });
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
        if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return response;
    },
  };
  return browser;
}
