/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFINE_APPARMOR_PEERS_H
#define CONFINE_APPARMOR_PEERS_H

#include "oci-spec/base/text.h"

/*
 * Whether processes under a profile can still signal each other when it is stacked on another
 * one. The kernel compares the whole label of the peer (security/apparmor/ipc.c): a rule must name
 * no peer, or one with "//&" or "**" in it. Read off the text as it is compiled (source.h) without
 * understanding all of it: good for a warning.
 */
bool apparmor_text_signals_in_stack(struct text text);

#endif
