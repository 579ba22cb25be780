import { expect, test } from "vitest";
import { bytes, bytesOf, duration, rate } from "../pages/format.ts";
import {
  chooseVariant,
  detectFeatures,
  type Features,
} from "../engine/features.ts";
import { fitOf } from "../engine/fit.ts";
import { createSpeedMeter } from "../engine/speed.ts";

const full: Features = {
  wasm: true,
  simd: true,
  relaxedSimd: true,
  isolated: true,
  cores: 8,
};

test("this engine knows SIMD, and the probes are valid modules", () => {
  const { wasm, simd } = detectFeatures();
  expect(wasm && simd).toBe(true);
});

test("the best module that the browser can run is chosen", () => {
  expect(chooseVariant(full)).toEqual({
    variant: "relaxed",
    threads: 4,
    limits: [],
  });
  const plain = chooseVariant({ ...full, relaxedSimd: false });
  expect(plain.variant).toBe("threads");
  expect(plain.limits[0]).toContain("relaxed SIMD");
});

test("without isolation there is one thread, and a reason", () => {
  const alone = chooseVariant({ ...full, isolated: false });
  expect(alone).toMatchObject({ variant: "single", threads: 1 });
  expect(alone.limits[0]).toContain("not cross-origin isolated");
});

test.each([
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 2],
  [8, 4],
  [128, 16],
])("%i logical cores give %i threads", (cores, threads) => {
  expect(chooseVariant({ ...full, cores }).threads).toBe(threads);
});

test("a model's verdict is told before it is fetched", () => {
  const facts = { missing: 1e8, size: 1e8, free: 1e10, bytesPerSecond: 0 };
  expect(fitOf(facts).verdict).toBe("fits");
  expect(fitOf({ ...facts, free: 1e7 }).verdict).toBe("no_space");
  expect(fitOf({ ...facts, size: 5e9 }).verdict).toBe("too_large");
  expect(fitOf({ ...facts, bytesPerSecond: 2e8 }).verdict).toBe("slow");
});

test("the speed is of the last seconds only", () => {
  const meter = createSpeedMeter();
  expect(meter.measure(0, 1000, 0).speed).toBe(0);
  expect(meter.measure(100, 1000, 1000)).toEqual({ speed: 100, left: 9 });
  expect(meter.measure(100, 1000, 9000).speed).toBe(0);
});

test("figures have three digits and a unit", () => {
  expect(bytes(98_362_432)).toBe("98.4 MB");
  expect(bytes(999)).toBe("999 B");
  expect(bytes(999_600)).toBe("1.00 MB");
  expect(bytesOf(301e6, 639e6)).toBe("301 of 639 MB");
  expect(duration(200)).toBe("3 min 20 s");
  expect(rate(10, 500)).toBe("20.0 tokens/s");
});
