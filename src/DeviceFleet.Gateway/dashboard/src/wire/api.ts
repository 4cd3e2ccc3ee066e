// REST of the gateway: same origin, cookie. An answer is a value; only `fetch` itself failing is told as 'unreachable'.
export type Answer =
  | { readonly kind: 'ok'; readonly json: unknown }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'denied'; readonly detail: string }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'failed'; readonly detail: string };

/** Longest wait for an answer, ms. */
const ANSWER_MS_MAX = 10_000;

export interface Api {
  get(path: string): Promise<Answer>;
  post(path: string): Promise<Answer>;
}

export const browserApi: Api = {
  get: (path) => request(path, 'GET'),
  post: (path) => request(path, 'POST'),
};

async function request(path: string, method: 'GET' | 'POST'): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: { accept: 'application/json', 'x-requested-with': 'dashboard' },
      redirect: 'manual', // a redirect to a sign-in page is an answer too: signed out
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    if (response.status === 401 || response.type === 'opaqueredirect') {
      return { kind: 'signed-out' };
    }
    if (response.status === 403) {
      return { kind: 'denied', detail: await problem(response) };
    }
    if (response.status === 404) {
      return { kind: 'not-found' };
    }
    if (!response.ok) {
      return { kind: 'failed', detail: await problem(response) };
    }
    const body = await response.text();
    return { kind: 'ok', json: body === '' ? null : (JSON.parse(body) as unknown) };
  } catch (error) {
    return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

/** The text of RFC 9457 problem details, or the status. */
async function problem(response: Response): Promise<string> {
  try {
    const json = (await response.json()) as { detail?: unknown; title?: unknown };
    const text = json.detail ?? json.title;
    if (typeof text === 'string' && text !== '') {
      return text;
    }
  } catch {
    /* no JSON: the status must do */
  }
  return `HTTP ${response.status}${response.statusText === '' ? '' : ` ${response.statusText}`}`;
}
