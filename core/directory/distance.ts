/** How far two points lie apart, along a sphere: within half a percent of the real earth, which is enough for a search. */

export interface Point {
  /** Degrees, -90 to 90. */
  readonly latitude: number;
  /** Degrees, -180 to 180. */
  readonly longitude: number;
}

/** The earth's mean radius. The queries in `db/queries/` count with the same one. */
export const EARTH_RADIUS_KM = 6371.0088;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** [SE3] Great-circle distance by the haversine formula. */
export function distanceKm(a: Point, b: Point): number {
  const up = Math.sin(radians(b.latitude - a.latitude) / 2);
  const across = Math.sin(radians(b.longitude - a.longitude) / 2);
  const h = up * up + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * across * across;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
}

export interface Box {
  readonly south: number;
  readonly north: number;
  /** null = all around: the circle reaches over a pole or the date line. */
  readonly west: number | null;
  readonly east: number | null;
}

/** The smallest box of degrees around a circle: what an index can look for before distances are counted. */
export function boxAround({ latitude, longitude }: Point, radiusKm: number): Box {
  const angle = radiusKm / EARTH_RADIUS_KM;
  const up = (angle * 180) / Math.PI;
  const [south, north] = [latitude - up, latitude + up];
  if (south <= -90 || north >= 90) return { south, north, west: null, east: null };
  const across = (Math.asin(Math.sin(angle) / Math.cos(radians(latitude))) * 180) / Math.PI;
  const [west, east] = [longitude - across, longitude + across];
  return west < -180 || east > 180 ? { south, north, west: null, east: null } : { south, north, west, east };
}
