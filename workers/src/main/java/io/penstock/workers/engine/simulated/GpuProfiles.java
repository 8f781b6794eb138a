package io.penstock.workers.engine.simulated;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVRecord;

/**
 * A table of GPU profiles, read from CSV with the columns {@code profile, prefill_tokens_per_s,
 * decode_base_ms, decode_per_sequence_ms, decode_per_kv_token_ms, kv_capacity_tokens, max_batch,
 * source}; others are ignored.
 */
public final class GpuProfiles {

  private static final String BUILT_IN = "gpu-profiles.csv";

  private final Map<String, GpuProfile> byName;

  private GpuProfiles(Map<String, GpuProfile> byName) {
    this.byName = byName;
  }

  /** The profiles shipped with Penstock, {@code instant} among them, which takes no time at all. */
  public static GpuProfiles builtIn() {
    try (Reader reader =
        new InputStreamReader(
            Objects.requireNonNull(
                GpuProfiles.class.getResourceAsStream(BUILT_IN), "missing resource " + BUILT_IN),
            StandardCharsets.UTF_8)) {
      return read(reader);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the built-in " + BUILT_IN, e);
    }
  }

  /**
   * Reads a table from a file.
   *
   * @throws IllegalArgumentException if a row is wrong; the message names file and column
   */
  public static GpuProfiles read(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      return read(reader);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  static GpuProfiles read(Reader reader) throws IOException {
    CSVFormat format =
        CSVFormat.DEFAULT.builder().setHeader().setSkipHeaderRecord(true).setTrim(true).get();
    Map<String, GpuProfile> profiles = new LinkedHashMap<>();
    try (var rows = format.parse(reader)) {
      for (CSVRecord row : rows) {
        GpuProfile profile = profile(row);
        if (profiles.put(profile.name(), profile) != null) {
          throw new IllegalArgumentException("profile " + profile.name() + " is given twice");
        }
      }
    }
    return new GpuProfiles(profiles);
  }

  /**
   * The profile of this name.
   *
   * @throws IllegalArgumentException if there is none of this name; the message lists those there
   *     are
   */
  public GpuProfile named(String name) {
    GpuProfile profile = byName.get(name);
    if (profile == null) {
      throw new IllegalArgumentException(
          "profile: no GPU is named " + name + "; there are " + String.join(", ", byName.keySet()));
    }
    return profile;
  }

  private static GpuProfile profile(CSVRecord row) {
    String name = row.get("profile");
    return new GpuProfile(
        name,
        number(row, "prefill_tokens_per_s"),
        number(row, "decode_base_ms"),
        number(row, "decode_per_sequence_ms"),
        number(row, "decode_per_kv_token_ms"),
        (long) number(row, "kv_capacity_tokens"),
        (int) number(row, "max_batch"),
        row.get("source"));
  }

  private static double number(CSVRecord row, String column) {
    String value = row.get(column);
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "line "
              + row.getParser().getCurrentLineNumber()
              + ", column "
              + column
              + ": not a number: "
              + value,
          e);
    }
  }
}
