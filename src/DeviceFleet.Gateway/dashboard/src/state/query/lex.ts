export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly at: number; readonly end: number; /** Written in quotes: plain text, whatever it says. */ readonly quoted: boolean }
  | { readonly kind: 'op'; readonly text: CompareOp; readonly at: number; readonly end: number }
  | { readonly kind: 'open' | 'close' | 'colon'; readonly at: number; readonly end: number };

export type CompareOp = '<' | '<=' | '>' | '>=' | '=' | '!=';

/** `at` counts characters from 0. */
export interface QueryError {
  readonly message: string;
  readonly at: number;
}

const OPS: Readonly<Record<string, CompareOp>> = { '<': '<', '<=': '<=', '>': '>', '>=': '>=', '=': '=', '==': '=', '!=': '!=' };

export function lex(text: string): readonly Token[] | QueryError {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    const start = at;
    if (/\s/.test(c)) {
      at++;
    } else if (c === '(' || c === ')' || c === ':') {
      at++;
      tokens.push({ kind: c === '(' ? 'open' : c === ')' ? 'close' : 'colon', at: start, end: at });
    } else if (c === '"') {
      const end = text.indexOf('"', at + 1);
      if (end < 0) {
        return { message: 'this quote is not closed', at };
      }
      at = end + 1;
      tokens.push({ kind: 'word', text: text.slice(start + 1, end), at: start, end: at, quoted: true });
    } else if (/[<>=!]/.test(c)) {
      while (at < text.length && /[<>=!]/.test(text.charAt(at))) {
        at++;
      }
      const op = OPS[text.slice(start, at)];
      if (op === undefined) {
        return { message: `'${text.slice(start, at)}' is no comparison: use < <= > >= = !=`, at: start };
      }
      tokens.push({ kind: 'op', text: op, at: start, end: at });
    } else {
      while (at < text.length && !/[\s()":<>=!]/.test(text.charAt(at))) {
        at++;
      }
      tokens.push({ kind: 'word', text: text.slice(start, at), at: start, end: at, quoted: false });
    }
  }
  return tokens;
}
