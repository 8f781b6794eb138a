/** The topics that scoring follows, as immutable snapshots. */
@NullMarked
package io.penstock.streams.score.view;

import org.jspecify.annotations.NullMarked;
