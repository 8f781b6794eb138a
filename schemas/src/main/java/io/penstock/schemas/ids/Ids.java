package io.penstock.schemas.ids;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.impl.TimeBasedEpochGenerator;

/** Makes the identifiers that Penstock gives out. This class is thread-safe. */
public final class Ids {

  /** The longest id, tenant, worker or model name accepted, in characters. */
  public static final int MAX_LENGTH = 128;

  /** The longest name of a requester's own for a request, in characters, as in OpenAI's batches. */
  public static final int MAX_CUSTOM_ID = 512;

  private static final TimeBasedEpochGenerator GENERATOR = Generators.timeBasedEpochGenerator();

  private Ids() {}

  /** A new UUIDv7 (RFC 9562): later ids sort after earlier ones. */
  public static String next() {
    return GENERATOR.generate().toString();
  }
}
