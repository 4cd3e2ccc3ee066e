import { expect, test } from 'vitest';
import { SECOND_KEY_MS_MAX, stepKey } from './keys';

test('g waits for a second key, for a while', () => {
  expect(stepKey(null, 'g', 100)).toEqual({ command: null, waitingSince: 100 });
  expect(stepKey(100, 'd', 200)).toEqual({ command: 'go-devices', waitingSince: null });
  expect(stepKey(100, 'f', 200)).toEqual({ command: 'go-fleet', waitingSince: null });
  expect(['a', 'g', 'o', 'p', 'r'].map((key) => stepKey(100, key, 200).command)).toEqual(['go-alarms', 'go-groups', 'go-rollouts', 'go-provisioning', 'go-rules']);
  expect(stepKey(100, 'd', 101 + SECOND_KEY_MS_MAX)).toEqual({ command: null, waitingSince: null });
  expect(stepKey(100, 'x', 200)).toEqual({ command: null, waitingSince: null });
});

test('single keys', () => {
  expect(['/', '?', 'Escape', 'd'].map((key) => stepKey(null, key, 0).command)).toEqual(['search', 'help', 'back', null]);
  expect(stepKey(0, '/', 10).command).toBe('search');
});
