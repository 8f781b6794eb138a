package io.penstock.streams.score.request;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.RoutingPreferences;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A hash of what a request asks for. Two requests with equal fingerprints get equally good answers,
 * so the result of one may stand for the other's.
 *
 * <p>It covers the endpoint, the model, the body byte for byte, the routing preferences and the
 * attributes, since these choose the model. It leaves out what changes when an equal request is
 * sent again, or how, where and until when it is answered: deadline, creation time, class, reply
 * topic, reply key, stream, webhook, batch and custom id. Id and tenant are what a fingerprint is
 * kept under.
 *
 * <p>The first 64 bits of a SHA-256, each part behind its length. Fingerprints are stored: a change
 * of this class makes every repetition in flight a conflict.
 */
public final class Fingerprint {

  private static final Set<String> LEFT_OUT =
      Set.of(
          "deadline",
          "createdAt",
          "serviceClass",
          "replyTopic",
          "replyKey",
          "stream",
          "webhook",
          "batchId",
          "customId");

  private static final RoutingPreferences NONE_WANTED = RoutingPreferences.newBuilder().build();

  private final MessageDigest digest = sha256();
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  private Fingerprint() {}

  /** The fingerprint of a request. */
  public static long of(InferenceRequest request) {
    Fingerprint print = new Fingerprint();
    print.add(request.getEndpoint());
    print.add(request.getModel());
    print.add(request.getBody().duplicate());
    print.add(request.getRouting());
    print.add(request.getAttributes().size());
    new TreeMap<>(request.getAttributes())
        .forEach(
            (name, value) -> {
              print.add(name);
              print.add(value);
            });
    return print.value();
  }

  /** The fingerprint of a record that is no request; null counts as empty. */
  public static long ofBytes(byte[] record) {
    Fingerprint print = new Fingerprint();
    print.add(ByteBuffer.wrap(record == null ? new byte[0] : record));
    return print.value();
  }

  /**
   * The fingerprint of a record whose request cannot be read whole: of all that was given, since
   * nobody knows what the fault hides.
   *
   * @param headers those that say something of the request
   * @param repeated the names of headers that came more than once
   */
  public static long ofRecord(
      byte[] record, Map<String, String> headers, Collection<String> repeated) {
    Fingerprint print = new Fingerprint();
    print.add(ByteBuffer.wrap(record == null ? new byte[0] : record));
    print.add(headers.size());
    new TreeMap<>(headers)
        .forEach(
            (name, value) -> {
              print.add(name);
              print.add(value);
            });
    print.add(repeated.stream().sorted().toList());
    return print.value();
  }

  /**
   * The fingerprint of one field of a request; null unless requests that differ in this field alone
   * have equal fingerprints.
   *
   * @param field such as the one that a refusal names, if it names one
   */
  public static @Nullable Long ofLeftOut(InferenceRequest request, @Nullable String field) {
    if (field == null || !LEFT_OUT.contains(field)) {
      return null;
    }
    Fingerprint print = new Fingerprint();
    print.add(String.valueOf(request.get(request.getSchema().getField(field).pos())));
    return print.value();
  }

  private void add(Optional<RoutingPreferences> routing) {
    RoutingPreferences wanted = routing.orElse(NONE_WANTED);
    add(wanted.getModels());
    add(wanted.getSort().orElse(""));
    add(String.valueOf(wanted.getMaxPrice().orElse(null)));
    add(String.valueOf(wanted.getMinQuality().orElse(null)));
    add(String.valueOf(wanted.getMaxWaitMillis().orElse(null)));
    add(wanted.getAllowedModels());
    add(wanted.getDeniedModels());
    add(wanted.getAllowedProviders());
    add(wanted.getDeniedProviders());
    add(String.valueOf(wanted.getAllowFallbacks().orElse(null)));
    add(String.valueOf(wanted.getAllowShorterOutput()));
  }

  private void add(List<String> texts) {
    add(texts.size());
    texts.forEach(this::add);
  }

  private void add(String text) {
    add(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void add(ByteBuffer bytes) {
    add(bytes.remaining());
    digest.update(bytes);
  }

  private void add(long count) {
    digest.update(number.clear().putLong(count).flip());
  }

  private long value() {
    return ByteBuffer.wrap(digest.digest()).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
