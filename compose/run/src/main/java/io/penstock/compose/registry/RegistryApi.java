package io.penstock.compose.registry;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The few calls that Penstock itself makes to a registry. */
final class RegistryApi implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(CONNECT_TIMEOUT)
          .build();

  /** Returns whether this health address answers 200; false also while nothing listens there. */
  boolean healthy(URI health) throws InterruptedException {
    try {
      return send(HttpRequest.newBuilder(health).GET()).statusCode() == 200;
    } catch (IOException _) {
      return false;
    }
  }

  /** Sets the compatibility that every subject without one of its own is held to. */
  void setGlobalCompatibility(String url, String level) throws InterruptedException {
    URI config = URI.create(url + "/config");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(config)
            .header("Content-Type", "application/vnd.schemaregistry.v1+json")
            .PUT(
                HttpRequest.BodyPublishers.ofString("{\"compatibility\":\"%s\"}".formatted(level)));
    try {
      HttpResponse<String> response = send(request);
      if (response.statusCode() != 200) {
        throw new RegistryException(
            "PUT %s answered %d: %s".formatted(config, response.statusCode(), response.body()));
      }
    } catch (IOException e) {
      throw new RegistryException("PUT %s failed: %s".formatted(config, e.getMessage()), e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return http.send(request.timeout(TIMEOUT).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.shutdownNow();
    http.close();
  }
}
