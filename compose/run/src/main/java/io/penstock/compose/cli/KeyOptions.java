package io.penstock.compose.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.ServiceClass;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What a key may do, and until when. */
final class KeyOptions {

  @Option(names = "--name", paramLabel = "TEXT", description = "A name for the key.")
  @Nullable String name;

  @Option(
      names = "--class",
      paramLabel = "CLASS",
      description = "The most urgent class it may use: ${COMPLETION-CANDIDATES}.")
  @Nullable ServiceClass serviceClass;

  @Option(
      names = "--requests-per-minute",
      paramLabel = "N",
      description = "How many requests it may send.")
  @Nullable Long requestsPerMinute;

  @Option(
      names = "--tokens-per-minute",
      paramLabel = "N",
      description = "How many tokens its requests may have.")
  @Nullable Long tokensPerMinute;

  @Option(
      names = "--queued-tokens",
      paramLabel = "N",
      description = "How many tokens may wait and run at once.")
  @Nullable Long queuedTokens;

  @Option(
      names = "--expires-in",
      paramLabel = "TIME",
      description = "How long it is valid, such as 90d.")
  @Nullable String expiresIn;

  @Option(
      names = "--expires-at",
      paramLabel = "TIME",
      description = "Until when it is valid, such as 2027-01-31T12:00:00Z.")
  @Nullable String expiresAt;

  /** Sets the fields of the options that are given. */
  void putInto(ObjectNode wanted) {
    put(wanted, "name", name);
    put(
        wanted,
        "service_class",
        serviceClass == null ? null : serviceClass.name().toLowerCase(Locale.ROOT));
    put(wanted, "requests_per_minute", requestsPerMinute);
    put(wanted, "tokens_per_minute", tokensPerMinute);
    put(wanted, "queued_tokens", queuedTokens);
    put(wanted, "expires_in", expiresIn);
    put(wanted, "expires_at", expiresAt);
  }

  static void put(ObjectNode wanted, String field, @Nullable Object value) {
    if (value != null) {
      wanted.set(field, RecordJson.node(value));
    }
  }
}
