package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.http.HttpResponse;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.models.ModelCatalog;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ModelControllerTest {

  private final SortedSet<String> aliases = new TreeSet<>(Set.of("smart"));
  private final ModelController controller =
      new ModelController(new ModelController.Catalog(() -> ModelCatalog.EMPTY, () -> aliases));

  @Test
  void aliasesThatLeaveTheChoiceOpenAreListedAndFound() {
    assertThat(text(controller.list())).contains("\"id\":\"smart\"", "\"object\":\"model\"");
    assertThat(text(controller.one("smart"))).contains("\"id\":\"smart\"");
  }

  @Test
  void whatNobodyHasNamedIsNotFound() {
    assertThatThrownBy(() -> controller.one("stupid")).isInstanceOf(ApiException.class);
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
