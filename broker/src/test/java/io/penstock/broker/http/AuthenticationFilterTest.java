package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micronaut.http.HttpMethod;
import io.micronaut.http.MutableHttpRequest;
import io.micronaut.http.simple.SimpleHttpRequest;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.settings.KeySettings;
import io.penstock.broker.tenants.ApiKeys;
import io.penstock.broker.tenants.KeyUses;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AuthenticationFilterTest {

  private static final String SECRET = "a-secret-of-more-than-32-characters";

  private final ApiKeys keys = new ApiKeys();
  private boolean knowsKeys;
  private final AuthenticationFilter filter =
      new AuthenticationFilter(
          new KeySettings(true, Optional.of(SECRET)),
          new KeyUses(() -> keys, (_, _) -> {}),
          new Starting(),
          InstantSource.fixed(Instant.parse("2026-11-30T12:00:00Z")));

  @Test
  void noKeyIsRefusedAsWrongBeforeTheKeysAreKnown() {
    assertThat(status("/v1/models", "sk-penstock-any")).isEqualTo(503);
    assertThat(status("/admin/keys", "sk-penstock-any")).isEqualTo(503);

    knowsKeys = true;

    assertThat(status("/v1/models", "sk-penstock-any")).isEqualTo(401);
    assertThat(status("/admin/keys", "sk-penstock-any")).isEqualTo(401);
  }

  @Test
  void theConfiguredSecretIsKnownFromTheStart() {
    MutableHttpRequest<?> request = request("/admin/keys", SECRET);

    filter.pass(request);

    assertThat(Callers.admin(request)).isEqualTo("admin");
  }

  private int status(String path, String key) {
    int[] status = new int[1];
    assertThatExceptionOfType(ApiException.class)
        .isThrownBy(() -> filter.pass(request(path, key)))
        .satisfies(refused -> status[0] = refused.error().status());
    return status[0];
  }

  private static MutableHttpRequest<?> request(String path, String key) {
    return new SimpleHttpRequest<>(HttpMethod.GET, path, "")
        .header("authorization", "Bearer " + key);
  }

  private final class Starting implements Readiness {

    @Override
    public Optional<String> problem() {
      return Optional.empty();
    }

    @Override
    public boolean knowsKeys() {
      return knowsKeys;
    }

    @Override
    public boolean isStopping() {
      return false;
    }
  }
}
