import type { SegmentCore } from "./core.ts";
import { WickError } from "./errors.ts";
import { wait } from "./mock_tools.ts";
import type {
  MaskCandidate,
  MaskPrompt,
  PictureSize,
  Rle,
  SegmentModelInfo,
} from "./types.ts";

const kStages = 40;
const kSides = 48; // of the polygon that stands for an ellipse
/** Of the three candidates, in parts of the picture's height. */
const kRadii = [0.06, 0.12, 0.25];

interface Ellipse {
  x: number;
  y: number;
  rx: number;
  ry: number;
}

export function mockSegmentInfo(name: string, bytes: number): SegmentModelInfo {
  return { name, file_bytes: bytes, memory_bytes: bytes };
}

/** Sees ellipses wherever one points. Its run lengths name the ellipse instead. */
export function createMockSegment(
  stepMs: number,
  model: () => SegmentModelInfo,
): SegmentCore {
  let size: PictureSize | null = null;
  let stage = 0;
  let asked = 0; // points of everything
  let side = 4;

  function picture(): PictureSize {
    model();
    if (!size || stage < kStages)
      throw new WickError(
        "bad_argument",
        "[segment] the picture is not embedded yet.",
      );
    return size;
  }

  function ellipses({ points, box }: MaskPrompt): Ellipse[] {
    const { width, height } = picture();
    const center = points.findLast(({ inside }) => inside) ?? points[0];
    if (box) {
      const [x0, y0, x1, y1] = box;
      const whole = { rx: Math.abs(x1 - x0) / 2, ry: Math.abs(y1 - y0) / 2 };
      const at = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
      return [1, 0.8, 0.6].map((scale) => ({
        ...at,
        rx: whole.rx * scale,
        ry: whole.ry * scale,
      }));
    }
    if (!center)
      throw new WickError(
        "bad_argument",
        "[segment] neither a point nor a box nor a mask.",
      );
    const { x, y } = center;
    if (!(x >= 0 && y >= 0 && x < width && y < height))
      throw new WickError(
        "bad_argument",
        `[segment] (${x}, ${y}) lies outside the picture of ${width} x ${height}.`,
      );
    return kRadii.map((radius) => ({
      ...{ x, y },
      rx: radius * height * 1.4,
      ry: radius * height,
    }));
  }

  const candidate = (ellipse: Ellipse, index: number): MaskCandidate => ({
    iou: [0.94, 0.987, 0.902][index] ?? 0.9,
    stability: 0.97,
    ...maskOfEllipse(ellipse, picture()),
  });

  function everythingFound(): MaskCandidate[] {
    const { width, height } = picture();
    return Array.from({ length: Math.min(asked, side * side) }, (_, at) => {
      const x = (((at % side) + 0.5) * width) / side;
      const y = ((Math.floor(at / side) + 0.5) * height) / side;
      const r = (0.3 * Math.min(width, height)) / side;
      return candidate({ x, y, rx: r, ry: r }, 1);
    });
  }

  return {
    pictureBegin({ width, height, of }) {
      model();
      size = of ?? { width, height };
      stage = 0;
    },
    pictureStep() {
      if (!size)
        throw new WickError("bad_argument", "[segment] no picture was begun.");
      wait(stepMs);
      stage = Math.min(stage + 1, kStages);
      return stage / kStages;
    },
    pictureEmbedding: () => new Float32Array(64),
    pictureResume({ width, height }) {
      model();
      size = { width, height };
      stage = kStages;
    },
    segment(prompt) {
      wait(stepMs);
      // An earlier mask that is refined shrinks, for tests to see.
      const scale = prompt.mask ? 0.9 : 1;
      const candidates = ellipses(prompt)
        .map(({ rx, ry, ...at }) => ({ ...at, rx: rx * scale, ry: ry * scale }))
        .map(candidate);
      const logits = candidates.map((_, at) => new Float32Array(4).fill(at));
      return { candidates, best: 1, logits };
    },
    maskPreview(prompt) {
      const { width, height } = picture();
      const [, middle] = ellipses(prompt);
      return {
        path: middle ? pathOf(middle) : "",
        size: [height, width],
        iou: 0.987,
      };
    },
    everythingBegin(_, { points_per_side = 4 }) {
      picture();
      asked = 0;
      side = Math.min(4, points_per_side);
    },
    everythingStep() {
      wait(6 * stepMs);
      asked += 1;
      return Math.min(1, asked / (side * side));
    },
    everythingFound,
    everythingEnd: everythingFound,
    maskText(rle, format) {
      const ellipse = JSON.parse(rle.counts) as Ellipse;
      if (format === "svg") return pathOf(ellipse);
      return JSON.stringify([{ outer: cornersOf(ellipse), holes: [] }]);
    },
    maskPixels({ size: [, width], counts }, first, rows) {
      const { x, y, rx, ry } = JSON.parse(counts) as Ellipse;
      return Uint8Array.from({ length: width * rows }, (_, at) => {
        const dx = ((at % width) - x) / rx;
        const dy = (first + Math.floor(at / width) - y) / ry;
        return dx * dx + dy * dy <= 1 ? 1 : 0;
      });
    },
    // Of masks that are the same, or lie apart.
    maskUnion(rles) {
      const [rle] = rles;
      if (!rle) throw new WickError("bad_argument", "masks: none.");
      const apart = [...new Set(rles.map(({ counts }) => counts))];
      const areas = apart.map((counts) =>
        areaOf(JSON.parse(counts) as Ellipse),
      );
      return { rle, area: areas.reduce((sum, area) => sum + area) };
    },
    maskPaint(rle, size, { places, radius, erase }) {
      const { x, y } = places[0] ?? { x: 0, y: 0 };
      if (!rle) return maskOfEllipse({ x, y, rx: radius, ry: radius }, size);
      const ellipse = JSON.parse(rle.counts) as Ellipse;
      const rx = Math.max(1, ellipse.rx + (erase ? -radius : radius));
      return maskOfEllipse({ ...ellipse, rx }, size);
    },
  };
}

function maskOfEllipse(
  ellipse: Ellipse,
  { width, height }: PictureSize,
): { area: number; box: MaskCandidate["box"]; rle: Rle; path: string } {
  const { x, y, rx, ry } = ellipse;
  const clamp = (value: number, most: number) =>
    Math.round(Math.min(Math.max(value, 0), most));
  return {
    area: areaOf(ellipse),
    box: [
      clamp(x - rx, width),
      clamp(y - ry, height),
      clamp(x + rx, width),
      clamp(y + ry, height),
    ],
    rle: { size: [height, width], counts: JSON.stringify(ellipse) },
    path: pathOf(ellipse),
  };
}

const areaOf = ({ rx, ry }: Ellipse) => Math.round(Math.PI * rx * ry);

function cornersOf({ x, y, rx, ry }: Ellipse): [number, number][] {
  return Array.from({ length: kSides }, (_, side) => {
    const angle = (2 * Math.PI * side) / kSides;
    const corner = [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
    return corner.map(Math.round) as [number, number];
  });
}

const pathOf = (ellipse: Ellipse) =>
  `M${cornersOf(ellipse)
    .map(([x, y]) => `${x} ${y}`)
    .join("L")}Z`;
