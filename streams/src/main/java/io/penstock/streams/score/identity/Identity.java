package io.penstock.streams.score.identity;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.streams.score.request.Fingerprint;
import io.penstock.streams.score.request.NameRule;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the request that a record holds.
 *
 * @param id legal; what it is answered under
 * @param key what the id is remembered by
 * @param fingerprint of what it asks for
 */
public record Identity(String id, String key, long fingerprint) {

  /** No tenant has this name: ids whose tenant is not known, or illegal, are apart from all. */
  private static final String NOBODY = "";

  /**
   * The identity of a request, which is its own id's; where that is illegal, the record's key's.
   * The result is empty if neither is legal.
   */
  public static Optional<Identity> of(InferenceRequest request, Optional<String> recordKey) {
    return of(request, recordKey, Fingerprint.of(request));
  }

  /**
   * The identity of a request of which only a part could be read.
   *
   * @param fingerprint of the whole record, so that a corrected one is not taken for the same
   */
  public static Optional<Identity> of(
      InferenceRequest request, Optional<String> recordKey, long fingerprint) {
    String tenant = NameRule.legal(request.getTenant()) ? request.getTenant() : NOBODY;
    return Optional.of(request.getId())
        .filter(NameRule::legal)
        .or(() -> recordKey)
        .map(id -> new Identity(id, RequestKey.of(tenant, id), fingerprint));
  }

  /** The identity of a record that cannot be read: all that is known is its key. */
  public static Optional<Identity> ofUnreadable(
      Optional<String> recordKey, byte @Nullable [] value) {
    return recordKey.map(
        id -> new Identity(id, RequestKey.of(NOBODY, id), Fingerprint.ofBytes(value)));
  }
}
