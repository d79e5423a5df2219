#!/usr/bin/env python3
"""Writes a synthetic site for measurements: the same bytes for the same arguments.

    corpus.py FOLDER ARTICLES

FOLDER/content/articles/*.md: articles of 3-8 KB, 60 % Chinese, 30 % English, 10 % Russian,
with headings, lists, links between articles, tables, footnotes, and code in every fourth;
200 tags and 20 categories. FOLDER/site.yaml: a site with everything switched on. The theme is
linked from this checkout.
"""
import os
import random
import sys

HAN = (
    "云岚 公司 招聘 岗位 薪资 人才 政策 补贴 落户 社保 公积金 面试 试用期 合同 加班 通勤 地铁 园区 产业 制造 软件 工程师 "
    "设计 运营 销售 财务 供应链 机器人 传感器 电池 材料 实验室 高校 毕业生 硕士 博士 创业 孵化器 租房 买房 学校 医院 "
    "菜市场 周末 河边 老城 新区 车间 产线 质检 外贸 客户 订单 回款 现金流 年终奖 绩效 晋升 团队 管理 流程 文档 代码 "
    "测试 部署 上线 回滚 监控 报警 数据 分析 报表 预算 成本 利润 市场 竞争 区别 选择 建议 经验 教训 记录 整理 更新 "
    "申请 材料清单 窗口 审批 公示 到账 截止 期限 条件 学历 职称 证书 推荐 内推 简历 作品集 笔试 谈薪 离职 交接 返乡 "
    "家人 孩子 老人 朋友 邻居 社区 活动 分享 交流 讨论 提问 回答 信息 渠道 核实 来源 日期 数字 比例 平均 中位数"
).split()
HAN_JOINTS = "的 和 在 与 对 从 把 给 为 让 由 到 也 都 还 又 才 就 再 先".split()
LATIN = (
    "company city hiring salary policy subsidy contract engineer workshop factory sensor battery material lab "
    "university graduate startup incubator rent school hospital market weekend river district line quality trade "
    "customer order cash bonus review team process document code test deploy rollback monitor data report budget "
    "cost margin competition choice advice lesson record update application window approval deadline degree "
    "certificate referral resume portfolio interview offer notice return family neighbour community event question "
    "answer source number ratio average median the a of to in for with from after before while because every most"
).split()
CYRILLIC = (
    "компания город вакансия зарплата политика субсидия договор инженер цех завод датчик батарея материал "
    "лаборатория университет выпускник стартап инкубатор аренда школа больница рынок выходные река район линия "
    "качество торговля клиент заказ премия команда процесс документ код тест откат данные отчёт бюджет цена "
    "выбор совет опыт запись обновление заявка окно срок диплом резюме собеседование семья сосед сообщество "
    "событие вопрос ответ источник число доля среднее и в на с от до после перед потому каждый"
).split()
CODE = {
    "python": "def take_home(gross: float, rate: float = 0.105) -> float:\n    \"\"\"Pay after social insurance.\"\"\"\n    base = min(gross, 28017.0)\n    return round(gross - base * rate, 2)\n\nfor month in range(1, 13):\n    print(month, take_home(15000 + month * 250))\n",
    "rust": "#[derive(Debug, Clone)]\nstruct Offer { company: String, salary: u32, months: u8 }\n\nimpl Offer {\n    fn yearly(&self) -> u32 {\n        // most companies here pay thirteen months\n        self.salary * u32::from(self.months)\n    }\n}\n",
    "bash": "#!/bin/bash\nset -euo pipefail\nfor file in content/jobs/*.md; do\n  grep -q 'valid_through' \"$file\" || echo \"no deadline: $file\"\ndone | sort > missing.txt\n",
    "javascript": "const offers = [{ name: 'A', pay: 18000 }, { name: 'B', pay: 21500 }];\nconst best = offers.filter((o) => o.pay > 20000).map((o) => `${o.name}: ${o.pay}`);\nconsole.log(best.join('\\n')); // shown in the order of the list\n",
    "yaml": "title: 薪资调查\ndate: 2026-05-20\ntags: [薪资, 调查]\nsalary:\n  min: 15000\n  max: 25000\n  currency: CNY\n",
    "sql": "SELECT district, COUNT(*) AS jobs, AVG(salary) AS pay\nFROM jobs\nWHERE valid_through >= '2026-11-01' AND salary > 8000\nGROUP BY district\nORDER BY pay DESC;\n",
}


def chinese(rng, words):
    out = []
    for i in range(words):
        out.append(rng.choice(HAN))
        if i + 1 < words:
            out.append(rng.choice(HAN_JOINTS) if rng.random() < 0.5 else rng.choice(["，", "，", "", "、"]))
    return "".join(out) + "。"


def spaced(rng, words, vocabulary):
    text = " ".join(rng.choice(vocabulary) for _ in range(words))
    return text[0].upper() + text[1:] + ". "


def sentence(rng, lang, scale=1.0):
    if lang == "zh":
        return chinese(rng, max(2, int(rng.randint(6, 14) * scale)))
    return spaced(rng, max(3, int(rng.randint(7, 16) * scale)), LATIN if lang == "en" else CYRILLIC)


def paragraph(rng, lang, number, total):
    parts = [sentence(rng, lang) for _ in range(rng.randint(3, 6))]
    if rng.random() < 0.5:
        parts[0] = "**" + parts[0].strip() + "**" + ("" if lang == "zh" else " ")
    if rng.random() < 0.25:
        other = rng.randrange(total)
        parts.insert(1, f"[{sentence(rng, lang, 0.3).strip()}]({name(other)}.md)")
    if rng.random() < 0.2:
        parts.insert(1, " `config.yaml` ")
    return "".join(parts).strip()


def name(number):
    return f"article-{number:06d}"


def article(number, total):
    rng = random.Random(f"guidepost {number}")
    lang = "zh" if number % 10 < 6 else "en" if number % 10 < 9 else "ru"
    size = rng.randint(3000, 8000)
    day = number * 37 % 3650
    date = f"{2016 + day // 365}-{day % 365 // 31 + 1:02d}-{day % 28 + 1:02d} {number % 24:02d}:{number * 7 % 60:02d}:00"
    title = sentence(rng, lang, 0.4).strip().rstrip("。.")
    tags = sorted({rng.randrange(200) for _ in range(rng.randint(2, 5))})
    lines = [
        "---",
        f'title: "{title} {number}"',
        f"date: {date}",
        f"tags: [{', '.join(f'tag-{t:03d}' for t in tags)}]",
        f"categories: [category-{number * 13 % 20:02d}]",
        "---",
        "",
    ]
    length, block = 0, 0
    footnote = rng.random() < 0.3
    while length < size:
        block += 1
        if block % 4 == 1:
            lines += [f"## {sentence(rng, lang, 0.3).strip().rstrip('。.')}", ""]
        if block == 3 and number % 4 == 0:
            language = sorted(CODE)[rng.randrange(len(CODE))]
            lines += [f"```{language}", CODE[language].rstrip() + f"\n# {number}" if language in ("python", "bash", "yaml") else CODE[language].rstrip(), "```", ""]
        elif block == 5 and rng.random() < 0.4:
            lines += ["| a | b | c |", "|---|---|---|"]
            lines += [f"| {sentence(rng, lang, 0.2).strip()} | {rng.randrange(90000)} | {rng.random():.2f} |" for _ in range(5)] + [""]
        elif block % 6 == 0:
            lines += [f"- {sentence(rng, lang, 0.5).strip()}" for _ in range(5)] + [""]
        else:
            text = paragraph(rng, lang, number, total)
            if footnote and block == 2:
                text += "[^1]"
            lines += [text, ""]
        length = sum(len(line.encode()) + 1 for line in lines)
    if footnote:
        lines += [f"[^1]: {sentence(rng, lang).strip()}", ""]
    return "\n".join(lines)


SITE = """site:
  url: https://bench.example
  title: Measurements
  languages: [zh-Hans]
  timezone: Asia/Shanghai
  theme: default
taxonomies: [tags, categories]
feeds: { formats: [atom], limit: 20 }
"""


def write_articles(folder, total):
    """Writes the articles into FOLDER/content/articles."""
    content = os.path.join(folder, "content", "articles")
    os.makedirs(content, exist_ok=True)
    for number in range(total):
        with open(os.path.join(content, name(number) + ".md"), "w", encoding="utf-8", newline="\n") as file:
            file.write(article(number, total))


def main():
    folder, total = sys.argv[1], int(sys.argv[2])
    write_articles(folder, total)
    with open(os.path.join(folder, "site.yaml"), "w", encoding="utf-8") as file:
        file.write(SITE)
    themes = os.path.join(folder, "themes")
    if not os.path.lexists(themes):
        os.symlink(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "themes"), themes)


if __name__ == "__main__":
    main()
