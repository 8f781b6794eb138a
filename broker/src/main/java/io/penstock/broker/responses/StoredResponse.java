package io.penstock.broker.responses;

import io.penstock.broker.requests.KnownRequest.ResultPlace;
import java.time.Instant;
import java.util.Optional;

/**
 * What is kept of a response beside its request and result, which lie in the log.
 *
 * @param id its id, which is its request's too
 * @param tenant whose it is
 * @param createdAt when it was asked for, in whole seconds
 * @param background whether its caller comes back for it
 * @param streamed whether the engine was asked for chunks
 * @param echo the parameters that the response object repeats: a JSON object
 * @param input what its caller gave as input, as JSON; empty if it was too long to be kept
 * @param resultsFrom an offset of results, in its home's partition, before which its result does
 *     not lie
 * @param end how it ended, once it has
 */
public record StoredResponse(
    String id,
    String tenant,
    Instant createdAt,
    boolean background,
    boolean streamed,
    byte[] echo,
    byte[] input,
    long resultsFrom,
    Optional<End> end) {

  public static final String ID_PREFIX = "resp_";

  /** Longer input is not kept, in bytes: all of it is in memory. */
  static final int LONGEST_INPUT = 64 * 1024;

  private static final byte[] NOT_KEPT = {};

  /**
   * The end of a response.
   *
   * @param place where its result lies
   * @param at when it ended
   */
  public record End(ResultPlace place, Instant at) {}

  /** A response that is asked for now. */
  public static StoredResponse of(
      String id, String tenant, Instant createdAt, ResponseRequest request) {
    return new StoredResponse(
        id,
        tenant,
        Instant.ofEpochSecond(createdAt.getEpochSecond()),
        request.background(),
        request.stream(),
        ResponseJsonMapper.write(request.echo()),
        kept(ResponseJsonMapper.write(request.input())),
        0,
        Optional.empty());
  }

  private static byte[] kept(byte[] input) {
    return input.length > LONGEST_INPUT ? NOT_KEPT : input;
  }

  /** The same, whose result does not lie before this offset. */
  StoredResponse resultsFrom(long offset) {
    return new StoredResponse(
        id, tenant, createdAt, background, streamed, echo, input, offset, Optional.empty());
  }

  /** The same at its end. */
  StoredResponse ended(ResultPlace place, Instant at) {
    return new StoredResponse(
        id,
        tenant,
        createdAt,
        background,
        streamed,
        echo,
        input,
        resultsFrom,
        Optional.of(new End(place, at)));
  }

  boolean isEnded() {
    return end.isPresent();
  }

  /** What its ids have in common. */
  private String suffix() {
    return id.startsWith(ID_PREFIX) ? id.substring(ID_PREFIX.length()) : id;
  }

  /** The id of an item of its input. */
  String inputId(String prefix, int index) {
    return "%s_%s_in%d".formatted(prefix, suffix(), index);
  }

  /** The id of its message. */
  String messageId() {
    return "msg_" + suffix();
  }

  /** The id of one of its function calls. */
  String functionCallId(int index) {
    return "fc_" + suffix() + "_" + index;
  }
}
