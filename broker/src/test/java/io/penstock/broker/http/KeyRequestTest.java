package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.broker.errors.ApiException;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.tenants.KeySecret;
import io.penstock.broker.tenants.Role;
import io.penstock.schemas.ServiceClass;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyRequestTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final String HASH = KeySecret.hash("secret");

  @Test
  void whatAChangeLeavesOutStaysAndWhatIsNullInItGoes() {
    ApiKey key =
        read(
            "{\"tenant\":\"t\",\"name\":\"n\",\"service_class\":\"standard\",\"tokens_per_minute\":5,"
                + "\"queued_tokens\":7,\"expires_in\":\"2h\"}");

    ApiKey changed = change(key, "{\"requests_per_minute\":3,\"queued_tokens\":null}");

    assertThat(changed.limits())
        .isEqualTo(new KeyLimits(OptionalLong.of(3), OptionalLong.of(5), OptionalLong.empty()));
    assertThat(changed.expiresAt()).contains(NOW.plus(Duration.ofHours(2)));
    assertThat(changed.ceiling()).isEqualTo(ServiceClass.STANDARD);
    assertThat(changed.hash()).isEqualTo(HASH);
    assertThat(change(changed, "{\"expires_at\":null}").expiresAt()).isEmpty();
    assertThat(change(changed, "{}")).isEqualTo(changed);
  }

  @Test
  void aKeyOfRoleAdminHasNoTenant() {
    assertThat(read("{\"role\":\"admin\",\"name\":\"ops\"}").role()).isEqualTo(Role.ADMIN);
    assertThat(read("{\"tenant\":\"t\"}").role()).isEqualTo(Role.TENANT);
    assertThatThrownBy(() -> read("{\"role\":\"admin\",\"tenant\":\"t\"}"))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("tenant");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"tenant\":\"other\"}",
        "{\"role\":\"admin\"}",
        "{\"colour\":1}",
        "{\"requests_per_minute\":0}",
        "{\"requests_per_minute\":1.5}",
        "{\"expires_at\":\"2026-11-30T11:00:00Z\"}",
        "{\"expires_at\":\"2027-11-30T11:00:00Z\",\"expires_in\":\"1h\"}",
        "[]",
        "no"
      })
  void aChangeThatIsWrongIsRefused(String body) {
    ApiKey key = read("{\"tenant\":\"t\"}");

    assertThatThrownBy(() -> change(key, body)).isInstanceOf(ApiException.class);
  }

  private static ApiKey read(String body) {
    return KeyRequest.read(body.getBytes(StandardCharsets.UTF_8), "key_1", HASH, NOW);
  }

  private static ApiKey change(ApiKey key, String body) {
    return KeyRequest.change(body.getBytes(StandardCharsets.UTF_8), key, NOW);
  }
}
