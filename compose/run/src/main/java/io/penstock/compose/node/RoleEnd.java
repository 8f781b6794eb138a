package io.penstock.compose.node;

import java.util.Optional;

/**
 * A part that runs no more and will not begin again by itself.
 *
 * @param failure why, as the end of a sentence that begins with the role; empty if an operator
 *     asked for it, as when a worker is drained
 */
public record RoleEnd(Role role, Optional<String> failure) {}
