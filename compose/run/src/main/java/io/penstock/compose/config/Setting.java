package io.penstock.compose.config;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.compose.config.Slot.Leaf;

/**
 * A value that somebody gave a key.
 *
 * @param entry of a map, the entry's name; else empty
 * @param value with every scalar as text
 */
record Setting(Leaf key, String entry, JsonNode value, Origin origin) {

  /** The key, or the entry of a map. */
  String path() {
    return entry.isEmpty() ? key.path() : key.path() + "." + entry;
  }
}
