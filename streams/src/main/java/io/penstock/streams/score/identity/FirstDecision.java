package io.penstock.streams.score.identity;

import io.penstock.schemas.InferenceRequest;
import io.penstock.streams.score.request.Fingerprint;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * The decision that was made when a tenant's request id was first seen. Every later record with
 * this id follows it.
 */
public sealed interface FirstDecision {

  /** Stands between a field's name and the fingerprint of its value; no name holds it. */
  String FIELD_PRINT = "=";

  /** Returns what the request asked for; null where that is not known. */
  @Nullable Long fingerprint();

  /** Returns which record it was; null where that is not known. */
  @Nullable Origin origin();

  /**
   * Returns whether a record that asks for this repeats the first one. Where that is unknown, it
   * does.
   */
  default boolean isRepeatedBy(long asked) {
    Long first = fingerprint();
    return first == null || first == asked;
  }

  /** Returns whether this decision was about that very record. */
  default boolean isAbout(Origin record) {
    return record.equals(origin());
  }

  /**
   * Returns whether the id may be used for another attempt: the requester was asked to come again.
   */
  default boolean leavesIdFree() {
    return this instanceof Refused refused && refused.refusal().code().retryable();
  }

  /**
   * It has its FAILED result.
   *
   * @param fieldPrint of the field that the refusal names, where the fingerprint leaves that out
   *     ({@link Fingerprint#ofLeftOut}); null elsewhere, and where it is not known
   * @param at when that was written
   * @param replyKey what the place of its result and status follows from; else the id
   */
  record Refused(
      @Nullable Long fingerprint,
      @Nullable Long fieldPrint,
      @Nullable Origin origin,
      Instant at,
      Optional<String> replyKey,
      Refusal refusal)
      implements FirstDecision {

    /** Returns whether a request that repeats this one has another value in the field at fault. */
    public boolean differsInField(InferenceRequest request) {
      return fieldPrint != null
          && !fieldPrint.equals(Fingerprint.ofLeftOut(request, refusal.field()));
    }
  }

  /** It is in a model's partition. */
  record Placed(
      @Nullable Long fingerprint,
      @Nullable Origin origin,
      String model,
      Optional<String> variant,
      int partition)
      implements FirstDecision {}

  /**
   * A tag, then the fields separated by a control character that neither names nor codes hold; the
   * message comes last. Bytes of another version read as refused: no second result is ever given on
   * doubt.
   */
  static Serde<FirstDecision> serde() {
    return Serdes.serdeFrom((topic, d) -> write(d), (topic, bytes) -> read(bytes));
  }

  private static byte[] write(FirstDecision decision) {
    String fields =
        switch (decision) {
          case Refused refused ->
              String.join(
                  "\n",
                  refused.at().toEpochMilli()
                      + refused.replyKey().map(replyKey -> " " + replyKey).orElse(""),
                  refused.refusal().code().name(),
                  field(refused),
                  RememberedRefusals.shortened(refused.refusal().message()));
          case Placed placed ->
              placed.partition() + "\n" + placed.model() + "\n" + placed.variant().orElse("");
        };
    String tag = decision instanceof Placed ? "p" : "r";
    Long print = decision.fingerprint();
    Origin origin = decision.origin();
    String text =
        String.join(
            "\n",
            tag + (print == null ? "" : Long.toHexString(print)),
            origin == null ? "" : origin.text(),
            fields);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The field's name, and behind an equals sign the fingerprint of its value, if that is kept. */
  private static String field(Refused refused) {
    String name = refused.refusal().field() == null ? "" : refused.refusal().field();
    return refused.fieldPrint() == null
        ? name
        : name + FIELD_PRINT + Long.toHexString(refused.fieldPrint());
  }

  private static FirstDecision read(byte[] bytes) {
    try {
      return read(new String(bytes, StandardCharsets.UTF_8));
    } catch (RuntimeException another) {
      return new Refused(
          null, null, null, Instant.EPOCH, Optional.empty(), RememberedRefusals.UNKNOWN);
    }
  }

  private static FirstDecision read(String text) {
    String[] parts = text.split("\n", text.startsWith("p") ? 5 : 6);
    Long print = print(parts[0].substring(1));
    Origin origin = parts[1].isEmpty() ? null : Origin.parse(parts[1]);
    return switch (parts[0].charAt(0)) {
      case 'p' ->
          new Placed(
              print,
              origin,
              parts[3],
              Optional.of(parts[4]).filter(variant -> !variant.isEmpty()),
              Integer.parseInt(parts[2]));
      case 'r' -> {
        String[] at = parts[2].split(" ", 2);
        String[] field = parts[4].split(FIELD_PRINT, 2);
        yield new Refused(
            print,
            field.length < 2 ? null : print(field[1]),
            origin,
            Instant.ofEpochMilli(Long.parseLong(at[0])),
            at.length == 1 ? Optional.empty() : Optional.of(at[1]),
            new Refusal(
                RefusalCode.valueOf(parts[3]), field[0].isEmpty() ? null : field[0], parts[5]));
      }
      default -> throw new IllegalArgumentException("the decision was written by another version");
    };
  }

  private static @Nullable Long print(String hex) {
    return hex.isEmpty() ? null : (Long) Long.parseUnsignedLong(hex, 16);
  }
}
