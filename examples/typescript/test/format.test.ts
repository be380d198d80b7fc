import assert from 'node:assert/strict'
import { test } from 'node:test'
import { estimate, figure, money } from '../format.js'

test('zero, unknown, masked and partial figures are told apart', () => {
  assert.equal(figure(0), '0')
  assert.equal(figure(null), 'not known')
  assert.equal(figure(undefined), 'not known')
  assert.equal(figure(0, { coverage: 'NONE' }), 'not known')
  assert.equal(figure(0, { coverage: 'PARTIAL' }), 'at least 0')
  assert.equal(figure(1234, { coverage: 'PARTIAL' }), 'at least 1,234')
  assert.equal(figure(0, { perturbed: true }), 'about 0')
  assert.equal(figure(1234.56, { coverage: 'COMPLETE' }), '1,234.6')
})

test('an amount has its currency, and an estimate its range', () => {
  assert.equal(money(9_100_000_000, 'RUB'), '9.1 billion RUB')
  assert.equal(money(null, 'RUB'), 'not known')
  assert.equal(estimate({ central: 9.1e9, p5: 2.8e9, p95: 17.5e9, unit: 'RUB' }), '9.1 billion RUB (2.8 billion to 17.5 billion)')
  assert.equal(estimate(null), 'not known')
})
