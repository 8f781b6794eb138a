package io.penstock.workers.capacity;

import java.util.Locale;

/** The factors that can limit capacity. Where two limit it alike, the first counts. */
public enum LimitingFactor {
  SLOTS,
  ADAPTIVE_LIMIT,
  LOST_PROBE,
  /** The engine asked for a pause, or is given less after one. */
  ENGINE_PAUSE,
  KV_CACHE,
  PREFILL_GATE,
  GPU_MEMORY,
  GPU_UTILISATION;

  /** The value of a metric's tag. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
