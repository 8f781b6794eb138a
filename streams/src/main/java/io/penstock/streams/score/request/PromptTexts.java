package io.penstock.streams.score.request;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.models.Endpoint;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Extracts what a request asks, as one text. The complexity predictor reads it, in training as in
 * service. This class is thread-safe.
 */
public final class PromptTexts {

  private final BodyReader bodies;

  /**
   * @param maxBodyBytes the largest body that is read
   */
  public PromptTexts(int maxBodyBytes) {
    this.bodies = new BodyReader(maxBodyBytes);
  }

  /** All texts of a valid body in order, a line break between them; empty where it has none. */
  public static String of(ParsedBody body) {
    return body.prompts().stream()
        .map(Prompt::texts)
        .flatMap(List::stream)
        .collect(Collectors.joining("\n"));
  }

  /** The text of a request that nobody has read yet, or empty where it is invalid or has none. */
  public Optional<String> read(InferenceRequest request) {
    return Endpoint.ofPath(request.getEndpoint())
        .map(endpoint -> bodies.read(endpoint, request.getBody()))
        .flatMap(
            reading ->
                switch (reading) {
                  case BodyReader.Reading.Read(ParsedBody body) -> Optional.of(of(body));
                  case BodyReader.Reading.Unreadable unreadable -> Optional.empty();
                })
        .filter(text -> !text.isBlank());
  }
}
