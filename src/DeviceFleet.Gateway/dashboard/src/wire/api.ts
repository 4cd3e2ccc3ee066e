// REST of the gateway: same origin, cookie. An answer is a value; only `fetch` itself failing is told as status 0.
export type Answer =
  | { readonly kind: 'ok'; readonly json: unknown; /** 202: taken, and not done yet. */ readonly status?: number }
  | { readonly kind: 'signed-out' }
  | { readonly kind: 'denied'; readonly detail: string }
  | { readonly kind: 'not-found'; readonly detail?: string }
  /** Somebody was faster, or it is in a state that does not allow it. `version` is the current one, where the gateway tells it. */
  | { readonly kind: 'conflict'; readonly detail: string; readonly version: number | null }
  /** What was sent breaks a rule or a bound. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** Longest wait for an answer, ms. */
const ANSWER_MS_MAX = 10_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Asked {
  /** Body, sent as JSON. */
  readonly json?: unknown;
  /** Body, sent as it is. */
  readonly bytes?: Blob;
  /** The version that the change was made from; another one than the current is a conflict. */
  readonly ifVersion?: number;
  /** A second request with the same key does nothing again. */
  readonly key?: string;
  /** Waits this much longer than usual, ms. */
  readonly waitMs?: number;
}

export interface Api {
  ask(method: Method, path: string, asked?: Asked): Promise<Answer>;
}

export const browserApi: Api = { ask: request };

async function request(method: Method, path: string, asked: Asked = {}): Promise<Answer> {
  try {
    const response = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: headersOf(method, asked),
      ...(asked.json !== undefined && { body: JSON.stringify(asked.json) }),
      ...(asked.bytes !== undefined && { body: asked.bytes }),
      redirect: 'manual', // a redirect to a sign-in page is an answer too: signed out
      signal: AbortSignal.timeout(ANSWER_MS_MAX + (asked.waitMs ?? 0)),
    });
    return await answerOf(response);
  } catch (error) {
    return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) };
  }
}

export function headersOf(method: Method, asked: Asked): Record<string, string> {
  return {
    accept: 'application/json',
    'x-requested-with': 'dashboard',
    ...(asked.json !== undefined && { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
    ...(asked.bytes !== undefined && { 'content-type': 'application/octet-stream' }),
    ...(asked.ifVersion !== undefined && { 'if-match': `"${asked.ifVersion}"` }),
    ...(asked.key !== undefined && { 'idempotency-key': asked.key }),
  };
}

export async function answerOf(response: Response): Promise<Answer> {
  if (response.status === 401 || response.type === 'opaqueredirect') {
    return { kind: 'signed-out' };
  }
  if (response.ok) {
    const body = await response.text();
    return { kind: 'ok', json: body === '' ? null : (JSON.parse(body) as unknown), status: response.status };
  }
  const { detail, version } = await problem(response);
  switch (response.status) {
    case 403: return { kind: 'denied', detail };
    case 404: return { kind: 'not-found', detail };
    case 409:
    case 412: return { kind: 'conflict', detail, version };
    case 400:
    case 413:
    case 415:
    case 422: return { kind: 'refused', detail };
    default: return { kind: 'failed', detail };
  }
}

/** The text of RFC 9457 problem details, or the status. */
async function problem(response: Response): Promise<{ readonly detail: string; readonly version: number | null }> {
  let version: number | null = null;
  try {
    const json = (await response.json()) as { detail?: unknown; title?: unknown; version?: unknown; errors?: unknown };
    version = typeof json.version === 'number' ? json.version : null;
    const errors = typeof json.errors === 'object' && json.errors !== null ? Object.values(json.errors).flat() : [];
    const text = [json.detail ?? (errors.length === 0 ? json.title : undefined), ...errors].filter((part) => typeof part === 'string' && part !== '').join(' ');
    if (text !== '') {
      return { detail: text, version };
    }
  } catch {
    /* no JSON: the status must do */
  }
  return { detail: `HTTP ${response.status}${response.statusText === '' ? '' : ` ${response.statusText}`}`, version };
}
