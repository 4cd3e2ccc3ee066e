import { describe, expect, test } from 'vitest';
import { age, bytes, count, duration, instant, quantity, signed, steady } from './format';
import { commonUnits, metricLabel, unitsOf } from './units';

const plain = (text: string) => text.replaceAll('\u2009', ' ').replaceAll('\u2212', '-');

test('units of types: what they agree on', () => {
  const pump = { metrics: { power: { unit: 'kW' }, temp: { unit: '°C' }, flow: { unit: null } } };
  const meter = { metrics: { power: { unit: 'W' }, temp: { unit: '°C' } } };
  expect(['power', 'temp', 'voltage'].map(commonUnits([pump, meter]))).toEqual(['', '°C', 'V']);
  expect(['power', 'rpm'].map(unitsOf(pump))).toEqual(['kW', 'rpm']);
});

describe('format', () => {
  test.each([[0, '0'], [999, '999'], [1_000, '1 000'], [1_234_567, '1 234 567'], [-12_345, '-12 345']])('count %d is %s', (value, expected) => {
    expect(plain(count(value))).toBe(expected);
  });

  test.each([
    [0, '0'], [21.3456, '21.35'], [-0.5, '-0.5'], [999.96, '1000'], [1_234.5, '1235'], [12_345, '12.35 k'], [999_960, '1 M'], [1_234_567, '1.235 M'],
    [0.001_234_56, '0.001235'], [0.000_012, '1.20e-5'], [Number.NaN, '–'], [3.2e18, '3.200e+18'],
  ])('quantity %d is %s', (value, expected) => {
    expect(plain(quantity(value))).toBe(expected);
  });

  test.each([[21.3, '21.30'], [100.04, '100.0'], [1_234.5, '1235'], [0, '0.00'], [0.001, '0.001'], [-3, '-3.00']])('steady %d is %s', (value, expected) => {
    expect(plain(steady(value))).toBe(expected);
  });

  test.each([
    [-5, '0.0 s'], [240, '0.2 s'], [999, '1.0 s'], [12_900, '12 s'], [59_999, '59 s'], [60_000, '1 min'], [3_599_999, '59 min'], [3_600_000, '1 h'], [172_800_000, '2 d'],
  ])('age %d ms is %s', (ms, expected) => {
    expect(plain(age(ms))).toBe(expected);
  });

  test.each([[3.44, '3.4 ms'], [250.4, '250 ms'], [1_240, '1.2 s'], [61_000, '1 min']])('duration %d ms is %s', (ms, expected) => {
    expect(plain(duration(ms))).toBe(expected);
  });

  test('signed counts and bytes', () => {
    expect([3, -2, 0].map((v) => plain(signed(v)))).toEqual(['+3', '-2', '±0']);
    expect([512, 65_536].map((v) => plain(bytes(v)))).toEqual(['512 B', '65.54 kB']);
  });

  test('an instant says its zone', () => {
    expect(plain(instant(1_700_000_000_007))).toMatch(/^2023-11-1[45] \d\d:\d\d:20\.007 UTC([+-]\d.*)?$/);
  });

  test.each([
    ['temperature', 'temperature', '°C'], ['temperatureCelsius', 'temperature', '°C'], ['pressure_kpa', 'pressure', 'kPa'], ['flowLpm', 'flow', 'L/min'],
    ['vibrationMms', 'vibration', 'mm/s'], ['motor_current_a', 'motor current', 'A'], ['speed', 'speed', ''], ['c', 'c', ''],
  ])('metric %s is %s in %s', (metric, name, unit) => {
    expect(metricLabel(metric)).toEqual({ name, unit });
  });
});
