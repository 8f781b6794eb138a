package io.penstock.schemas.models;

import java.util.Arrays;
import java.util.Optional;

/** An OpenAI path that a request may name and a model may serve. */
public enum Endpoint {
  CHAT_COMPLETIONS("/v1/chat/completions", true),
  COMPLETIONS("/v1/completions", true),
  EMBEDDINGS("/v1/embeddings", false);

  private final String path;
  private final boolean generates;

  Endpoint(String path, boolean generates) {
    this.path = path;
    this.generates = generates;
  }

  public String path() {
    return path;
  }

  /** Returns whether its answers are generated token by token. */
  public boolean generates() {
    return generates;
  }

  /** The endpoint of this path, or empty if Penstock does not know it. */
  public static Optional<Endpoint> ofPath(String path) {
    return Arrays.stream(values()).filter(each -> each.path.equals(path)).findFirst();
  }
}
