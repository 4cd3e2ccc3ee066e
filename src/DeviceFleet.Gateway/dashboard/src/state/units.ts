// The wire names metrics and says nothing of units. By convention the unit is the last part of the name (temperatureC, pressure_kpa, flowLpm),
// and some names speak for themselves. What is not known has no unit, rather than a wrong one.
const BY_SUFFIX: Readonly<Record<string, string>> = {
  c: '°C', celsius: '°C', f: '°F', k: 'K', pa: 'Pa', hpa: 'hPa', kpa: 'kPa', mpa: 'MPa', bar: 'bar', v: 'V', mv: 'mV', volts: 'V', a: 'A', ma: 'mA', amps: 'A',
  w: 'W', kw: 'kW', watts: 'W', kwh: 'kWh', wh: 'Wh', hz: 'Hz', khz: 'kHz', rpm: 'rpm', percent: '%', pct: '%', ratio: '', ms: 'ms', s: 's', min: 'min',
  mm: 'mm', cm: 'cm', m: 'm', km: 'km', kmh: 'km/h', mps: 'm/s', mms: 'mm/s', g: 'g', kg: 'kg', l: 'L', lpm: 'L/min', m3h: 'm³/h', ppm: 'ppm', lux: 'lx', lx: 'lx', db: 'dB', dbm: 'dBm',
  bytes: 'B', kb: 'kB', mb: 'MB', deg: '°', degrees: '°', n: 'N', nm: 'Nm',
};

const BY_NAME: Readonly<Record<string, string>> = {
  temperature: '°C', temp: '°C', humidity: '%', battery: '%', voltage: 'V', current: 'A', power: 'W', rpm: 'rpm', co2: 'ppm', rssi: 'dBm', illuminance: 'lx',
};

/** The unit of a metric; empty: none that is known. */
export type Units = (metric: string) => string;

/** What a device type says counts; else the name is asked. */
export function unitsOf(type: { readonly metrics: Readonly<Record<string, { readonly unit: string | null }>> } | undefined): Units {
  return (metric) => type?.metrics[metric]?.unit ?? metricLabel(metric).unit;
}

/** What all types that name the metric agree on; empty where they disagree, and guessed where none names it. */
export function commonUnits(types: readonly { readonly metrics: Readonly<Record<string, { readonly unit: string | null }>> }[]): Units {
  return (metric) => {
    const named = new Set(types.filter((type) => metric in type.metrics).map((type) => unitsOf(type)(metric)));
    const [first] = named;
    return first === undefined ? guessedUnits(metric) : named.size === 1 ? first : '';
  };
}

export const guessedUnits: Units = unitsOf(undefined);

export interface MetricLabel {
  readonly name: string;
  readonly unit: string;
}

export function metricLabel(metric: string): MetricLabel {
  const parts = metric.split(/[_.\-\s]+|(?<=[a-z0-9])(?=[A-Z])/).filter((part) => part !== '');
  const last = parts.at(-1)?.toLowerCase() ?? '';
  const bySuffix = parts.length > 1 ? BY_SUFFIX[last] : undefined;
  return bySuffix === undefined
    ? { name: metric, unit: BY_NAME[metric.toLowerCase()] ?? '' }
    : { name: parts.slice(0, -1).join(' ').toLowerCase(), unit: bySuffix };
}
