package io.penstock.broker.tenants;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An API key as it is kept. The key itself is known to its holder only.
 *
 * @param id its id, which is no secret
 * @param name what it is called, for a person
 * @param role what its holder may call
 * @param hash the SHA-256 of the key, in hexadecimal digits
 * @param tenant whom its requests are counted for
 * @param ceiling the most urgent class that it may use
 * @param limits what it may use
 * @param createdAt when it was made
 * @param expiresAt from when on it is no longer valid
 */
public record ApiKey(
    String id,
    String name,
    Role role,
    String hash,
    String tenant,
    ServiceClass ceiling,
    KeyLimits limits,
    Instant createdAt,
    Optional<Instant> expiresAt) {

  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  public ApiKey {
    requireName("id", id);
    requireName("name", name);
    requireName("tenant", tenant);
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException("hash is not 64 hexadecimal digits");
    }
    if (expiresAt.isPresent() && !expiresAt.get().isAfter(createdAt)) {
      throw new IllegalArgumentException("expires_at is past; give an instant to come");
    }
  }

  private static void requireName(String field, String value) {
    Names.fault(value, Ids.MAX_LENGTH)
        .ifPresent(
            fault -> {
              throw new IllegalArgumentException(field + " " + fault);
            });
  }

  public boolean isValid(Instant now) {
    return expiresAt.isEmpty() || expiresAt.get().isAfter(now);
  }
}
