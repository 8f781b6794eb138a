package io.penstock.schemas.extension;

/**
 * Makes an extension. Each extension point extends this interface with a method that creates its
 * policy. An implementation needs a public constructor without parameters and a line in {@code
 * META-INF/services}, as {@link java.util.ServiceLoader} asks.
 */
public interface ExtensionProvider {

  /** The name by which the configuration asks for the extension. */
  String name();
}
