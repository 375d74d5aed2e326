# What can be done here; plain `make` prints this list. The work itself is in scripts/, one small file an idea.

.DEFAULT_GOAL := help
.PHONY: help run test check assets lock bench clean
MAKEFLAGS += --no-print-directory

prepare = exec scripts/python -m scripts.prepare

help: ## In danh sách này (print this list)
	@echo "quizapp – make <việc>:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-14s%s\n", $$1, $$2 }'

run: ## Cài đặt những gì còn thiếu rồi chạy ở 127.0.0.1:8000 (set up, then run; QUIZAPP_PORT, QUIZAPP_DATA)
	@$(prepare) run

test: ## Cài đặt rồi chạy mọi bài kiểm thử trên SQLite và PostgreSQL (all tests; ARGS="-k tên", STORE=sqlite)
	@$(prepare) test

check: ## Soát mã, kiểu, phụ thuộc, migration, bản dịch, ngân hàng câu hỏi (lint, types, contracts, …; ARGS="ruff")
	@$(prepare) check

assets: ## Dựng lại phần chạy trong trình duyệt (build the browser's scripts and styles)
	@$(prepare) assets

lock: ## Làm lại requirements/*.lock và frontend/package-lock.json (re-make the lock files)
	@$(prepare) lock

bench: ## Kể các phép đo trong benchmarks/ (list the repeatable measurements)
	@exec scripts/python -m scripts.bench

clean: ## Xoá những gì tự dựng lại được; dữ liệu trong var/ được giữ (remove what can be re-made; data stays)
	@exec scripts/python -m scripts.clean
