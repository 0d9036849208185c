// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Who owns a socket, what that process is, and which cgroups come and go. These
// programs run in process context; the packet hooks do not, and never look at
// `current`.
#pragma once

#include "state.h"

static __always_inline __u32 current_tgid(void)
{
	return bpf_get_current_pid_tgid() >> 32;
}

SEC("cgroup/sock_create")
int on_create(struct bpf_sock *sk)
{
	struct socket *s = bpf_sk_storage_get(&sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (s) {
		s->flags = BORN;
		s->tgid = current_tgid();
	}
	return 1;
}

// A socket may be made by one process and connected by another.
static __always_inline int own(struct bpf_sock_addr *ctx)
{
	struct socket *s;

	if (!ctx->sk)
		return 1;
	s = bpf_sk_storage_get(&sockets, ctx->sk, NULL, 0);
	if (s)
		s->tgid = current_tgid();
	return 1;
}

// A socket that the kernel makes for an MPTCP one has had no creator, but begins
// to listen or to connect in its owner's context.
static __always_inline void own_subflow(struct sock *sk)
{
	struct socket *s = bpf_sk_storage_get(&sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);

	if (!s || s->tgid)
		return;
	s->flags |= BORN;
	s->tgid = current_tgid();
}

SEC("cgroup/connect4")
int on_connect4(struct bpf_sock_addr *ctx)
{
	return own(ctx);
}

SEC("cgroup/connect6")
int on_connect6(struct bpf_sock_addr *ctx)
{
	return own(ctx);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old, struct linux_binprm *bprm)
{
	struct exec_event *e;
	__u64 cgroup = bpf_get_current_cgroup_id();
	unsigned long from, length;

	if (is_ignored(cgroup))
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		lose(LOST_EVENTS, 1);
		return 0;
	}
	e->kind = KIND_EXEC;
	e->tgid = task->tgid;
	e->parent = task->real_parent->tgid;
	e->cgroup = cgroup;
	if (bpf_probe_read_kernel_str(e->file, sizeof(e->file), bprm->filename) < 0)
		e->file[0] = 0;
	from = task->mm->arg_start;
	length = task->mm->arg_end - from;
	if (length > sizeof(e->args))
		length = sizeof(e->args);
	e->args_length = length;
	if (bpf_probe_read_user(e->args, length, (void *)from))
		e->args_length = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child)
{
	struct fork_event *e;

	if (child->pid != child->tgid || is_ignored(bpf_get_current_cgroup_id()))
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		lose(LOST_EVENTS, 1);
		return 0;
	}
	e->kind = KIND_FORK;
	e->tgid = child->tgid;
	e->parent = parent->tgid;
	e->pad = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

static __always_inline int tell(struct cgroup *cgroup, const char *path, enum kind kind)
{
	struct cgroup_event *e;

	if (cgroup->root->hierarchy_id != 0) // cgroup v1's
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e) {
		lose(LOST_EVENTS, 1);
		return 0;
	}
	e->kind = kind;
	e->pad = 0;
	e->cgroup = cgroup->kn->id;
	if (bpf_probe_read_kernel_str(e->path, sizeof(e->path), path) < 0)
		e->path[0] = 0;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_made, struct cgroup *cgroup, const char *path)
{
	return tell(cgroup, path, KIND_CGROUP_MADE);
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_gone, struct cgroup *cgroup, const char *path)
{
	return tell(cgroup, path, KIND_CGROUP_GONE);
}
