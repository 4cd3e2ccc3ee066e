/** Compares versions part by part, numbers by value: 2.9 before 2.10, and 2.1 before 2.1.1. A leading v does not count. */
export function compareVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const x = left[i];
    const y = right[i];
    if (x === undefined || y === undefined) {
      // A suffix of letters is a version before: 2.1-rc1 before 2.1.
      const longer = x ?? y;
      const sign = typeof longer === 'string' ? -1 : 1;
      return x === undefined ? -sign : sign;
    }
    if (typeof x !== typeof y) {
      return typeof x === 'number' ? 1 : -1;
    }
    if (x !== y) {
      return typeof x === 'number' && typeof y === 'number' ? x - y : x < y ? -1 : 1;
    }
  }
  return 0;
}

function partsOf(text: string): readonly (number | string)[] {
  return (text.toLowerCase().replace(/^v(?=\d)/, '').match(/\d+|[a-z]+/g) ?? []).map((part) => (/^\d/.test(part) ? Number(part) : part));
}
