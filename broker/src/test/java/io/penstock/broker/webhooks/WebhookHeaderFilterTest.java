package io.penstock.broker.webhooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import java.util.List;
import org.junit.jupiter.api.Test;

class WebhookHeaderFilterTest {

  private final WebhookHeaderFilter filter = new WebhookHeaderFilter(new EndpointDirectory());

  @Test
  void anInstanceThatDoesNotKnowTheEndpointsYetAsksToTryAgain() {
    for (HttpRequest<?> request :
        List.of(
            HttpRequest.GET("/v1/webhook_endpoints"),
            HttpRequest.GET("/v1/webhook_dead_letters"),
            HttpRequest.POST("/v1/requests", "{}").header("penstock-webhook", "whe_1"))) {
      ApiException refused = catchThrowableOfType(ApiException.class, () -> filter.pass(request));
      assertThat(refused.error().status()).isEqualTo(503);
      assertThat(refused.error().headers()).containsEntry("retry-after", "1");
    }
    assertThatCode(() -> filter.pass(HttpRequest.GET("/v1/models"))).doesNotThrowAnyException();
  }
}
